package org.flsl.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.flsl.examples.command.NativeEnvironment;
import org.flsl.examples.command.Terminal;
import org.flsl.layers.Backbone;
import org.flsl.layers.GraphSection;
import org.flsl.layers.TokenGrid;
import org.flsl.layers.vit.Architecture;
import org.flsl.layers.vit.PatchEmbedding;
import org.flsl.layers.vit.TokenNorm;
import org.flsl.layers.vit.VitConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backbone that somebody adds is one class, and a line that names it: the command finds it. */
class AnotherBackboneTest {

  /** Patches, each by itself. */
  public record BagOfPatches(VitConfig shape, boolean isNormalised) implements Backbone {

    /** What the command calls it. */
    public static final class Choice implements Architecture {
      @Override
      public String name() {
        return "patches";
      }

      @Override
      public String summary() {
        return "a bag of patches";
      }

      @Override
      public VitConfig shape(int patch, int imageSize) {
        return VitConfig.builder().width(24).heads(1).patch(patch).imageSize(imageSize).build();
      }

      @Override
      public Backbone backbone(VitConfig shape) {
        return new BagOfPatches(shape, false);
      }
    }

    @Override
    public Tokens addTo(GraphSection section, List<ImageInput> views) {
      String[] inputs = views.stream().map(ImageInput::name).toArray(String[]::new);
      String last = section.vertex("patches", new PatchEmbedding(shape, views.size()), inputs);
      if (isNormalised) {
        last = section.layer("norm", TokenNorm.builder(shape.width()).build(), last);
      }
      return new Tokens(
          last,
          shape.width(),
          views.stream().map(v -> TokenGrid.of(v.height(), v.width(), shape.patch())).toList());
    }

    @Override
    public ComputationGraphConfiguration standalone(
        NeuralNetConfiguration.Builder settings, int height, int width) {
      GraphBuilder builder = settings.graphBuilder().addInputs("image");
      ImageInput image = new ImageInput("image", channels(), height, width);
      Tokens tokens = addTo(new GraphSection(builder, "", false), List.of(image));
      return builder
          .setOutputs(tokens.vertex())
          .setInputTypes(InputType.convolutional(height, width, channels()))
          .build();
    }

    @Override
    public int channels() {
      return shape.channels();
    }

    @Override
    public Backbone normalised() {
      return new BagOfPatches(shape, true);
    }

    @Override
    public String toString() {
      return "bag of patches, width " + shape.width();
    }
  }

  /** What a user does with it, in a process that has it from its start. */
  static final class Commands {
    private static int run(String... arguments) {
      return Main.run(Terminal.system(), NativeEnvironment.environment(Map.of(), "2"), arguments);
    }

    public static void main(String[] folders) {
      String run = "--run=" + folders[0];
      int failures =
          run("pretrain", "--help")
              + run(
                  "pretrain",
                  "--arch=patches",
                  "--out=" + folders[0],
                  "--epochs=1",
                  "--batch=8",
                  "--patch=8",
                  "--global-size=32",
                  "--local-size=16",
                  "--global-window=2",
                  "--local-window=1",
                  "--centroids=16",
                  "--head-hidden=16",
                  "--head-bottleneck=8")
              + run("show", "pca", run, "--output=" + folders[1])
              + run("show", "pca", run, "--untrained", "--output=" + folders[1])
              + run("features", run, "--images=" + folders[2], "--out=" + folders[3]);
      System.out.println("failures: " + failures);
      System.out.println("heads: " + run("show", "heads", run, "--output=" + folders[1]));
      System.out.println(
          "previous: "
              + run("pretrain", "--arch=patches", "--previous=" + folders[0] + "/backbone.zip"));
    }
  }

  @TempDir private Path folder;

  @Test
  void isInHelpAndTrainsAndIsLookedInto() throws IOException, InterruptedException {
    Path photos = Files.createDirectories(folder.resolve("photos"));
    ImageIO.write(
        new java.awt.image.BufferedImage(40, 30, java.awt.image.BufferedImage.TYPE_INT_RGB),
        "png",
        photos.resolve("black.png").toFile());
    Path run = folder.resolve("run");
    Path features = folder.resolve("features.csv");
    ForkedJvm process =
        ForkedJvm.withPlugin(
            Architecture.class,
            BagOfPatches.Choice.class,
            Commands.class,
            folder,
            List.of(
                run.toString(),
                folder.resolve("pca.png").toString(),
                photos.toString(),
                features.toString()));
    assertEquals(0, process.await(), process.output());
    String said = process.output();
    String words = said.replaceAll("\\s+", " ");

    assertTrue(words.contains("--arch=tiny|small|base|patches"), said);
    assertTrue(words.contains("12 heads, patches is a bag of patches."), said);
    assertTrue(words.contains("network bag of patches, width 24"), said);
    assertTrue(words.contains("failures: 0"), said);
    assertTrue(Files.readString(run.resolve("config.yaml")).contains("arch: patches"), said);
    assertTrue(Files.readString(run.resolve("report.html")).contains("bag of patches"), said);
    assertTrue(ImageIO.read(folder.resolve("pca.png").toFile()).getWidth() > 100, said);
    assertEquals(24 + 1, Files.readAllLines(features).get(0).split(",").length);
    assertTrue(words.contains("The network has no blocks"), said);
    assertTrue(words.contains("heads: 1"), said);
    assertTrue(words.contains("--previous takes a Vision Transformer, and --arch patches"), said);
    assertTrue(words.contains("previous: 1"), said);
  }
}
