package org.flsl.examples.pretrain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.flsl.examples.command.UserError;
import org.flsl.examples.settings.Config;
import org.flsl.examples.settings.Span;
import org.flsl.views.Range;
import org.flsl.views.ViewConfig;
import org.junit.jupiter.api.Test;

/** What the settings of views make of the paper's views. */
class ViewSettingsTest {
  private static final Config DEFAULTS = Settings.SCHEMA.defaults();

  @Test
  void channelsHaveTheUsualMeansUnlessOthersAreGiven() {
    assertEquals(
        ViewConfig.builder().channels(1).build(),
        Setup.of(DEFAULTS.with(Settings.CHANNELS, 1)).views());
    Config two =
        DEFAULTS
            .with(Settings.CHANNELS, 2)
            .with(Settings.MEAN, "0.5,0.25", "--mean")
            .with(Settings.STD, "0.1..0.2", "a list in YAML");
    assertEquals(
        ViewConfig.builder().channels(2).mean(0.5f, 0.25f).std(0.1f, 0.2f).build(),
        Setup.of(two).views());
    assertEquals(2, Setup.of(two).vit().channels());
    assertEquals("0.5,0.25", two.text(Settings.MEAN));
  }

  @Test
  void meansOfOtherChannelsAreRefused() {
    UserError e =
        assertThrows(
            UserError.class, () -> Setup.of(DEFAULTS.with(Settings.MEAN, "0.5,0.5", "--mean")));
    assertTrue(
        e.getMessage()
            .startsWith("mean and std need a number for each of 3 channels, got [0.5, 0.5]"),
        e.getMessage());
  }

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
