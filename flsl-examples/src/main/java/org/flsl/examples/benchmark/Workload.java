package org.flsl.examples.benchmark;

import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.training.FlslConfig;
import org.flsl.training.FlslGraph;
import org.flsl.training.ViewLayout;
import org.flsl.views.ViewConfig;

/**
 * What a training step works on.
 *
 * @param vit the network
 * @param views the images of a photograph that it sees
 * @param batch photographs in a step
 * @param objective heads, weights and optimisation
 */
public record Workload(VitConfig vit, ViewConfig views, int batch, FlslConfig objective) {

  /** The graph that trains. */
  public FlslGraph program() {
    return FlslGraph.builder()
        .backbone(VitBackbone.of(vit))
        .views(ViewLayout.of(views))
        .config(objective)
        .build();
  }
}
