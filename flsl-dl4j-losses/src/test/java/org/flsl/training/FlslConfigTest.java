package org.flsl.training;

import static org.flsl.layers.Messages.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.function.UnaryOperator;
import org.flsl.layers.Backbone.ImageInput;
import org.flsl.layers.TokenGrid;
import org.flsl.losses.InterView;
import org.flsl.losses.IntraView;
import org.flsl.losses.Volume;
import org.flsl.schedules.Scheduled;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** Settings of a pretraining, and its views. */
class FlslConfigTest {

  private static FlslConfig.Builder valid() {
    return FlslConfig.builder().iterationsPerEpoch(10).batchSize(8);
  }

  private static void refused(UnaryOperator<FlslConfig.Builder> change, String... parts) {
    assertRefused(() -> change.apply(valid()).build(), parts);
  }

  @Test
  void defaultsAreThePapers() {
    FlslConfig c = valid().build();
    assertEquals(300, c.epochs());
    assertEquals(4096, c.centroids());
    assertEquals(2048, c.headHidden());
    assertEquals(256, c.headBottleneck());
    assertEquals(Scheduled.constant(0.03), c.objective().get(new IntraView()));
    assertEquals(Scheduled.constant(1), c.objective().get(new InterView()));
    assertEquals(Scheduled.constant(5), c.objective().get(new Volume()));
    assertEquals(0.1 / Math.sqrt(384), c.tauSelf().start());
    assertEquals(0.2 / Math.sqrt(384), c.tauCross().start());
    assertEquals(0.1, c.studentTemperature().start());
    assertEquals(0.04, c.teacherTemperatureStart());
    assertEquals(0.07, c.teacherTemperatureEnd());
    assertEquals(30, c.teacherTemperatureEpochs());
    assertEquals(0.9, c.centreMomentum());
    assertEquals(5e-4, c.learningRate());
    assertEquals(1e-6, c.minLearningRate());
    assertEquals(0.1, c.warmupFraction());
    assertEquals(Scheduled.cosine(0.04, 0.4), c.weightDecay());
    assertEquals(Scheduled.cosine(0.996, 1), c.momentum());
    assertEquals(3, c.clipNorm());
    assertEquals(1, c.frozenPrototypeEpochs());
    assertEquals(FinalNorm.TOKENS, c.finalNorm());
    assertEquals(false, c.centring());
    assertEquals(DataType.FLOAT, c.dataType());
  }

  @Test
  void everyImpossibleValueIsRefusedByName() {
    assertRefused(() -> FlslConfig.builder().batchSize(8).build(), "iterationsPerEpoch", "0");
    assertRefused(
        () -> FlslConfig.builder().iterationsPerEpoch(8).build(), "batchSize", "positive");
    refused(b -> b.epochs(0), "epochs must be positive", "0");
    refused(b -> b.centroids(1), "centroids must be at least 2", "1");
    refused(b -> b.headHidden(-1), "headHidden", "-1");
    refused(b -> b.headBottleneck(0), "headBottleneck");
    refused(b -> b.upsilon(Scheduled.constant(-1)), "upsilon must not be negative", "-1.0");
    refused(b -> b.upsilon(Scheduled.cosine(-1, 0.03)), "upsilon", "-1.0 -> 0.03");
    refused(b -> b.eta(Scheduled.constant(-1)), "eta", "-1.0");
    refused(b -> b.gamma(Scheduled.cosine(1, -2)), "gamma", "1.0 -> -2.0");
    refused(b -> b.tauSelf(Scheduled.constant(0)), "tauSelf must be positive", "0.0");
    refused(b -> b.tauCross(Scheduled.constant(0)), "tauCross must be positive");
    refused(b -> b.studentTemperature(Scheduled.constant(0)), "studentTemperature");
    refused(b -> b.teacherTemperatureStart(0), "teacherTemperatureStart");
    refused(b -> b.teacherTemperatureEnd(Double.NaN), "teacherTemperatureEnd", "NaN");
    refused(b -> b.teacherTemperatureEpochs(-1), "teacherTemperatureEpochs", "-1");
    refused(b -> b.centreMomentum(1.1), "centreMomentum", "between 0 and 1", "1.1");
    refused(b -> b.learningRate(0), "learningRate");
    refused(b -> b.minLearningRate(-1), "minLearningRate");
    refused(b -> b.warmupFraction(2), "warmupFraction", "2.0");
    refused(b -> b.weightDecay(Scheduled.cosine(-0.1, 0.4)), "weightDecay");
    refused(b -> b.momentum(Scheduled.cosine(0.9, 1.5)), "momentum", "1.5");
    refused(b -> b.clipNorm(-1), "clipNorm");
    refused(b -> b.frozenPrototypeEpochs(-1), "frozenPrototypeEpochs");
    refused(b -> b.dataType(DataType.FLOAT16), "FLOAT or DOUBLE", "HALF");
    refused(b -> b.epochs(1 << 20).iterationsPerEpoch(1 << 20), "more than an int holds");
    refused(b -> b.centroids(2).prior(new double[] {0.5, 0.3, 0.2}), "prior", "2", "3");
    refused(b -> b.centroids(4).prior(new double[] {-1, 1, 0.5, 0.5}), "prior", "not positive");
    refused(b -> b.centroids(2).prior(new double[] {0.5, 0.6}), "prior", "sum to 1", "1.1");
    refused(b -> b.centroids(2).prior(new double[] {0.5, Double.NaN}), "prior", "NaN");
  }

  @Test
  void aMissingValueIsNamed() {
    FlslConfig.Builder builder = valid();
    assertEquals(
        "gamma", assertThrows(NullPointerException.class, () -> builder.gamma(null)).getMessage());
  }

  @Test
  void toBuilderKeepsEverySetting() {
    FlslConfig.Builder builder =
        valid()
            .epochs(7)
            .centroids(3)
            .headHidden(5)
            .headBottleneck(6)
            .upsilon(Scheduled.cosine(1, 2))
            .eta(Scheduled.cosine(2, 3))
            .gamma(Scheduled.cosine(3, 4))
            .tauSelf(Scheduled.cosine(4, 5))
            .tauCross(Scheduled.cosine(5, 6))
            .studentTemperature(Scheduled.cosine(6, 7))
            .teacherTemperatureStart(0.5)
            .teacherTemperatureEnd(0.6)
            .teacherTemperatureEpochs(2)
            .finalNorm(FinalNorm.MODES)
            .centring(true)
            .centreMomentum(0.8)
            .prior(new double[] {0.2, 0.3, 0.5})
            .learningRate(0.1)
            .minLearningRate(0.01)
            .warmupFraction(0.5)
            .weightDecay(Scheduled.cosine(0.1, 0.2))
            .momentum(Scheduled.cosine(0.3, 0.4))
            .clipNorm(9)
            .frozenPrototypeEpochs(4)
            .seed(99)
            .dataType(DataType.DOUBLE);
    FlslConfig one = builder.build();
    FlslConfig copy = one.toBuilder().build();
    assertEquals(one, copy);
    for (var method : FlslConfig.class.getMethods()) {
      if (method.getDeclaringClass() == FlslConfig.class
          && method.getParameterCount() == 0
          && !method.getName().equals("toBuilder")
          && !method.getName().equals("builder")) {
        try {
          assertArrayEquals(
              new Object[] {method.invoke(one)},
              new Object[] {method.invoke(copy)},
              method.getName());
        } catch (ReflectiveOperationException e) {
          throw new AssertionError(e);
        }
      }
    }
  }

  @Test
  void aPriorIsCopied() {
    double[] prior = {0.5, 0.5};
    FlslConfig config = valid().centroids(2).prior(prior).build();
    prior[0] = 9;
    assertThrows(UnsupportedOperationException.class, () -> config.prior().set(1, 9.0));
    assertEquals(List.of(0.5, 0.5), config.prior());
  }

  @Test
  void thePapersViewsHaveThirtyFourQueries() {
    ViewLayout views = ViewLayout.of(224, 3, 2, 96, 2);
    assertEquals("teacherView", views.teacher().name());
    assertEquals(
        List.of("studentView", "local1", "local2"),
        views.students().stream().map(ImageInput::name).toList());
    long queries = views.queries(0, TokenGrid.square(14));
    queries += views.queries(1, TokenGrid.square(6)) + views.queries(2, TokenGrid.square(6));
    assertEquals(16 + 9 + 9, queries);
    assertEquals(8, views.queries(0, new TokenGrid(14, 8)));
  }

  @Test
  void impossibleViewsAreRefused() {
    assertRefused(
        () -> ViewLayout.of(224, 3, 2, 96, 7).queries(1, TokenGrid.square(6)),
        "local1",
        "7 x 7",
        "6 x 6");
    assertRefused(() -> ViewLayout.of(224, 0, 2, 96, 2), "window", "0");
    assertRefused(() -> ViewLayout.of(224, 3, 2, 96, -2), "window", "-2");
    assertRefused(() -> ViewLayout.of(224, 3, -1, 96, 2), "local views", "-1");
    ImageInput image = new ImageInput("a", 3, 8, 8);
    assertEquals(
        "teacher",
        assertThrows(
                NullPointerException.class, () -> new ViewLayout(null, List.of(image), List.of(1)))
            .getMessage());
    assertRefused(
        () -> new ViewLayout(image, List.of(image), List.of()), "1 student views", "got 0");
  }
}
