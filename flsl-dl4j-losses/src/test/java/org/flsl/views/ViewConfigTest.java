package org.flsl.views;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ViewConfigTest {

  @Test
  void paperHas34QueriesOutOf268Tokens() {
    ViewConfig paper = ViewConfig.paper();

    assertEquals(4, paper.views());
    assertEquals(16, paper.queryWindows(1).count());
    assertEquals(9, paper.queryWindows(2).count());
    assertEquals(34, paper.queries());
    assertEquals(14 * 14 + 2 * 6 * 6, paper.studentTokens());
    assertArrayEquals(new float[] {.485f, .456f, .406f}, paper.mean());
    assertArrayEquals(new float[] {.229f, .224f, .225f}, paper.std());
  }

  @Test
  void inputNamesFollowTheContract() {
    assertEquals(
        List.of("teacherView", "studentView", "local1", "local2", "querySelector"),
        ViewConfig.paper().inputNames());
    assertEquals(
        List.of(
            "teacherView",
            "studentView",
            "local1",
            "querySelector",
            "teacherCrop",
            "studentCrop",
            "localCrop1"),
        ViewConfig.builder().localViews(1).plainCrops(true).build().inputNames());
  }

  @Test
  void heightAndWidthAreSeparate() {
    ViewConfig wide = ViewConfig.builder().globalSize(96, 160).localSize(32, 64).build();

    assertEquals(96, wide.height(0));
    assertEquals(160, wide.width(1));
    assertEquals(32, wide.height(3));
    assertEquals(64, wide.width(2));
    assertEquals(2 * 3, wide.queryWindows(1).count());
    assertEquals(1 * 2, wide.queryWindows(2).count());
    assertEquals(6 * 10 + 2 * 2 * 4, wide.studentTokens());
  }

  @Test
  void toBuilderKeepsEveryValue() {
    ViewConfig config =
        ViewConfig.builder()
            .globalSize(48, 64)
            .localSize(32, 16)
            .localViews(3)
            .patch(8)
            .teacherScale(.7, .9)
            .studentScale(.4, .8)
            .localScale(.1, .3)
            .aspectRatio(.5, 2)
            .globalWindow(2)
            .localWindow(1)
            .randomQueries(true)
            .brightness(.1)
            .contrast(.2)
            .saturation(.3)
            .hue(.05)
            .jitterProbability(.6)
            .greyProbability(.3)
            .blurBranchProbability(.4)
            .blurProbability(.7)
            .otherBlurProbability(.15)
            .solariseProbability(.25)
            .blurRadius(.2, 1.5)
            .mean(.1f, .2f, .3f)
            .std(.4f, .5f, .6f)
            .plainCrops(true)
            .build();

    assertEquals(config, config.toBuilder().build());
    assertEquals(config.hashCode(), config.toBuilder().build().hashCode());
    assertEquals(config.toString(), config.toBuilder().build().toString());
    assertNotEquals(config, config.toBuilder().std(.4f, .5f, .7f).build());
    assertNotEquals(config, config.toBuilder().localWindow(2).build());
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        mistake(
            "A patch of 16 pixels does not divide the global view of 225x225 pixels: choose a"
                + " global size that is a multiple of 16, such as 224x224, or another patch size",
            b -> b.globalSize(225)),
        mistake(
            "A patch of 16 pixels does not divide the local view of 96x100 pixels",
            b -> b.localSize(96, 100)),
        mistake("such as 16x16", b -> b.localSize(8)),
        mistake("patch must be at least 1, got 0", b -> b.patch(0)),
        mistake("localViews must be at least 0, got -1", b -> b.localViews(-1)),
        mistake(
            "A query window of 7x7 tokens does not fit into a view of 6x6 tokens",
            b -> b.localWindow(7)),
        mistake("side of at least 1, got 0", b -> b.globalWindow(0)),
        mistake("above 0 and at most 1, got 0.0..0.5", b -> b.localScale(0, .5)),
        mistake("above 0 and at most 1, got 0.5..1.1", b -> b.teacherScale(.5, 1.1)),
        mistake("min <= max, got 0.9 and 0.5", b -> b.studentScale(.9, .5)),
        mistake("aspect ratio must be above 0", b -> b.aspectRatio(0, 1)),
        mistake("hue must be 0 to 0.5, got 0.6", b -> b.hue(.6)),
        mistake("jitterProbability must be 0 to 1.0, got -0.1", b -> b.jitterProbability(-.1)),
        mistake(
            "solariseProbability must be 0 to 1.0, got NaN", b -> b.solariseProbability(0 / 0.)),
        mistake("blurRadius must be within 0..100", b -> b.blurRadius(-1, 1)),
        mistake("mean must be finite, got [NaN, 0.2, 0.2]", b -> b.mean(Float.NaN, .2f, .2f)),
        mistake("std must be above 0", b -> b.std(.2f, 0, .2f)),
        mistake("std must be above 0", b -> b.std(.2f, Float.NaN, .2f)),
        mistake(
            "above 0 and finite, got [0.2, 0.2, Infinity]",
            b -> b.std(.2f, .2f, Float.POSITIVE_INFINITY)));
  }

  private static Arguments mistake(String message, UnaryOperator<ViewConfig.Builder> change) {
    return Arguments.of(message, change);
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void mistakesAreNamed(String message, UnaryOperator<ViewConfig.Builder> change) {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> change.apply(ViewConfig.builder()).build());

    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void withoutLocalViewsTheirSizeDoesNotMatter() {
    ViewConfig config = ViewConfig.builder().localViews(0).localSize(7).build();

    assertEquals(196, config.studentTokens());
    assertEquals(List.of("teacherView", "studentView", "querySelector"), config.inputNames());
  }
}
