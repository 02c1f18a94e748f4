package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.flsl.views.Range;
import org.flsl.views.ViewConfig;
import org.junit.jupiter.api.Test;

/** What the settings of views make of the paper's views. */
class ViewSettingsTest {
  private static final PretrainConfig DEFAULTS = PretrainConfig.defaults();

  @Test
  void theColourStrengthScalesEveryChange() {
    ViewConfig paper = ViewConfig.paper();
    ViewConfig half = Setup.of(DEFAULTS.with(Settings.COLOUR_STRENGTH, 0.5)).views();
    assertEquals(
        paper.toBuilder().brightness(0.2).contrast(0.2).saturation(0.1).hue(0.05).build(), half);
  }

  @Test
  void theBlurRadiusIsThatOfTheViews() {
    ViewConfig soft = Setup.of(DEFAULTS.with(Settings.BLUR_RADIUS, new Span(0, 0.5))).views();
    assertEquals(new Range(0, 0.5), soft.blurRadius());
  }

  @Test
  void howOftenColoursChangeIsSetOneByOne() {
    ViewConfig views =
        Setup.of(
                DEFAULTS
                    .with(Settings.JITTER, 0.1)
                    .with(Settings.GREY, 0.3)
                    .with(Settings.SOLARISE, 0.4))
            .views();
    assertEquals(0.1, views.jitterProbability());
    assertEquals(0.3, views.greyProbability());
    assertEquals(0.4, views.solariseProbability());
  }
}
