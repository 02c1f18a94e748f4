package org.flsl.examples.show;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.RunResult;
import org.flsl.examples.pretrain.Source;
import org.flsl.layers.BackboneGraph;
import org.flsl.layers.ImageEntrance;
import org.flsl.training.FlslConfig;
import org.flsl.views.ViewConfig;

/** What looks at the photos: the network of a run, or one out of a file that knows of no run. */
interface Subject {

  /** Finds it in a run's folder or in a file. */
  static Subject at(Path path) {
    return Files.isRegularFile(path)
        ? new OfFile(path, Source.of(path))
        : new OfRun(RunResult.at(path));
  }

  /** The network. */
  ComputationGraph network();

  /** A random network of the same shape. */
  ComputationGraph untrained();

  /** How photos become views. */
  ViewConfig views();

  /** The images that it was trained on, where that is known. */
  Optional<Path> images();

  /** The inverse temperature of the mean shift inside a view. */
  double tauSelf();

  /** The inverse temperature of the mean shift into other views. */
  double tauCross();

  /** The whole training, heads included. */
  ComputationGraph training();

  /** The network of a run. */
  record OfRun(RunResult run) implements Subject {
    @Override
    public ComputationGraph network() {
      return run.backbone();
    }

    @Override
    public ComputationGraph untrained() {
      return run.untrained();
    }

    @Override
    public ViewConfig views() {
      return run.views();
    }

    @Override
    public Optional<Path> images() {
      return run.images();
    }

    @Override
    public double tauSelf() {
      return run.tauSelf();
    }

    @Override
    public double tauCross() {
      return run.tauCross();
    }

    @Override
    public ComputationGraph training() {
      return run.training();
    }
  }

  /** A network without a run: the paper's values stand for what its file cannot tell. */
  record OfFile(Path file, Source source) implements Subject {
    private static final FlslConfig PAPER =
        FlslConfig.builder().iterationsPerEpoch(1).batchSize(1).build();

    @Override
    public ComputationGraph network() {
      return source.graph();
    }

    @Override
    public ComputationGraph untrained() {
      ComputationGraph random = new ComputationGraph(source.graph().getConfiguration());
      random.init();
      return random;
    }

    @Override
    public ViewConfig views() {
      BackboneGraph graph = BackboneGraph.of(source.graph().getConfiguration());
      int patch = graph.stride();
      ViewConfig views =
          source.views().orElseGet(() -> ViewConfig.builder().channels(graph.channels()).build());
      int side =
          graph
              .entrance()
              .map(ImageEntrance::baseGrid)
              .map(grid -> grid.height() * patch)
              .orElse(14 * patch);
      return views.toBuilder().patch(patch).globalSize(side).localSize(side).build();
    }

    @Override
    public Optional<Path> images() {
      return Optional.empty();
    }

    @Override
    public double tauSelf() {
      return PAPER.tauSelf().end();
    }

    @Override
    public double tauCross() {
      return PAPER.tauCross().end();
    }

    @Override
    public ComputationGraph training() {
      throw new UserError(
          "%s holds a backbone without centroids: name the folder of a run".formatted(file));
    }
  }
}
