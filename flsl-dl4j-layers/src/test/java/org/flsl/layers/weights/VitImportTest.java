package org.flsl.layers.weights;

import static org.flsl.layers.weights.LayoutsTest.assertClose;
import static org.flsl.layers.weights.LayoutsTest.published;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.flsl.layers.Messages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an import decides, and how it explains what it cannot take. */
class VitImportTest {
  @TempDir Path folder;

  private static VitImport.Builder twoHeads() {
    return VitImport.builder().heads(2);
  }

  /** The tensors of timm_class_token.pth, changed, as safetensors. */
  private Path changed(UnaryOperator<Map<String, float[]>> change, Map<String, long[]> shapes)
      throws IOException {
    Path result = folder.resolve("net.safetensors");
    try (WeightsFile file = WeightsFile.open(Fixture.file("timm_class_token.pth"));
        OutputStream out = Files.newOutputStream(result)) {
      Map<String, Tensor> tensors = file.groups().get("");
      Map<String, float[]> values = new LinkedHashMap<>();
      tensors.forEach((name, tensor) -> values.put(name, tensor.floats()));
      List<NamedValues> written = new ArrayList<>();
      change
          .apply(values)
          .forEach(
              (name, numbers) -> {
                long[] shape =
                    shapes.containsKey(name)
                        ? shapes.get(name)
                        : tensors.containsKey(name)
                            ? tensors.get(name).shape()
                            : new long[] {numbers.length};
                written.add(new NamedValues(name, shape, () -> numbers));
              });
      TensorWriter.safetensors(written, Map.of(), out);
    }
    return result;
  }

  private static WeightsException refused(VitImport reader, Path file, String... parts) {
    WeightsException e = assertThrows(WeightsException.class, () -> reader.read(file));
    assertEquals(1, e.getMessage().lines().count());
    assertTrue(e.getMessage().startsWith(file + ": "), e::getMessage);
    for (String part : parts) {
      assertTrue(
          e.getMessage().contains(part), () -> "\"" + e.getMessage() + "\" lacks \"" + part + "\"");
    }
    return e;
  }

  @Test
  void aMappingOfOnesOwnNamesWhatNoLayoutKnows() throws IOException {
    Path file = Fixture.file("own_names.pth");
    WeightsException e = refused(VitImport.defaults(), file, "none of the layouts", "--names FILE");
    assertTrue(
        e.details().stream().anyMatch(l -> l.matches(" *stem.weight +F32 \\[8, 48] +no place")));
    assertTrue(e.details().stream().anyMatch(line -> line.contains("missing")));
    Layout names = Layout.read(Fixture.file("own_names.yaml"));
    ImportedVit vit = VitImport.builder().layout(names).build().read(file);
    assertEquals(2, vit.config().heads());
    assertClose(published("own_names"), vit.graph().outputSingle(published("images")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pach: a.*                           | unknown entry \"pach\"",
        "positions: a                        | no name for patch",
        "patch: '(a'                         | the pattern for patch",
        "patch: [a                           | no YAML",
        "just words                          | should map parts",
        "patch: a.*\\npatch: b.*             | no YAML",
        "like: nobody                        | no layout \"nobody\"",
        "patch: stem.weight                  | write * where those words are",
        "patch: a.*\\npatch-order: last       | patch-order takes \"channels-last\"",
        "patch: a.*\\nclass-token: sometimes  | class-token takes \"always\"",
        "patch: a.*\\neps: small              | eps takes a number above 0",
        "patch: a.*\\nignore: head.*          | ignore takes a list"
      })
  void mappingsThatAreNoneAreRefused(String yaml, String reason) throws IOException {
    Path file = Files.writeString(folder.resolve("names.yaml"), yaml.replace("\\n", "\n"));
    Messages.assertRefused(() -> Layout.read(file), reason);
  }

  @Test
  void withoutItsClassTokenANetworkIsAnother() throws IOException {
    Path file = Fixture.file("timm_class_token.pth");
    ImportedVit kept = twoHeads().build().read(file);
    ImportedVit dropped = twoHeads().keepTokens(false).build().read(file);
    assertEquals(0, dropped.config().leadingTokens());
    assertTrue(kept.remarks().get(0).startsWith("kept"), () -> "" + kept.remarks());
    assertTrue(dropped.remarks().get(0).startsWith("dropped"), () -> "" + dropped.remarks());
    var images = published("images");
    double change =
        kept.graph().outputSingle(images).distance2(dropped.graph().outputSingle(images));
    assertTrue(change > 1e-2, () -> "differ by " + change);
    assertEquals(published("timm_class_token").rank(), 3);
  }

  @Test
  void numbersThatAreNoneAreAWarning() throws IOException {
    Path file =
        changed(
            values -> {
              values.get("blocks.1.mlp.fc1.bias")[3] = Float.NaN;
              values.get("norm.weight")[0] = Float.POSITIVE_INFINITY;
              return values;
            },
            Map.of());
    ImportedVit vit = twoHeads().build().read(file);
    assertEquals(1, vit.warnings().size());
    assertTrue(vit.warnings().get(0).startsWith("2 tensors hold NaN"), () -> "" + vit.warnings());
    assertTrue(vit.warnings().get(0).contains("blocks.1.mlp.fc1.bias"));
  }

  @Test
  void whatTheFileCannotTellIsAskedFor() throws IOException {
    Path file = Fixture.file("timm_class_token.pth");
    refused(VitImport.defaults(), file, "heads", "width 8", "--heads");
    refused(VitImport.builder().heads(3).build(), file, "3 heads do not divide the width 8");
    Path rectangle =
        changed(
            values -> {
              values.put("pos_embed", new float[13 * 8]);
              return values;
            },
            Map.of("pos_embed", new long[] {1, 13, 8}));
    refused(twoHeads().build(), rectangle, "positions for 13 tokens", "--image-size");
    refused(twoHeads().imageSize(12, 12).build(), rectangle, "do not cover 12x12 pixels");
    assertEquals(
        4, twoHeads().imageSize(12, 16).build().read(rectangle).config().baseGrid().width());
  }

  @Test
  void ofSeveralNetworksOneIsChosen() throws IOException {
    Path file = Fixture.file("dino.pth");
    ImportedVit student = twoHeads().key("student").build().read(file);
    ImportedVit teacher = twoHeads().build().read(file);
    assertTrue(teacher.remarks().get(0).contains("there is also student"));
    assertTrue(student.graph().params().distance2(teacher.graph().params()) > 1);
    refused(twoHeads().key("nobody").build(), file, "the key nobody", "teacher", "student");
    Path two =
        changed(
            values -> {
              Map<String, float[]> both = new LinkedHashMap<>();
              values.forEach((name, numbers) -> both.put("left." + name, numbers));
              values.forEach((name, numbers) -> both.put("right." + name, numbers));
              return both;
            },
            shapes("left.", "right."));
    refused(twoHeads().build(), two, "several networks, [left, right]", "--key");
    assertEquals(2, twoHeads().key("right").build().read(two).config().depth());
  }

  private static Map<String, long[]> shapes(String... prefixes) throws IOException {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    try (WeightsFile file = WeightsFile.open(Fixture.file("timm_class_token.pth"))) {
      for (String prefix : prefixes) {
        file.groups().get("").forEach((name, t) -> shapes.put(prefix + name, t.shape()));
      }
    }
    return shapes;
  }

  @Test
  void whatHasNoPlaceIsNotLeftOutInSilence() throws IOException {
    Path gated =
        changed(
            values -> {
              values.put("blocks.1.mlp.w3.weight", new float[64]);
              return values;
            },
            Map.of());
    refused(twoHeads().build(), gated, "no place for blocks.1.mlp.w3.weight");
    twoHeads().ignore(List.of("blocks\\.1\\.mlp\\.w3.*")).build().read(gated);
    Path normed =
        changed(
            values -> {
              values.put("norm_pre.weight", new float[8]);
              return values;
            },
            Map.of());
    refused(twoHeads().build(), normed, "no place for norm_pre.weight");
  }

  @Test
  void shapesThatContradictEachOtherAreRefused() throws IOException {
    Path narrow =
        changed(
            values -> {
              values.put("blocks.1.attn.proj.weight", new float[32]);
              return values;
            },
            Map.of("blocks.1.attn.proj.weight", new long[] {4, 8}));
    refused(twoHeads().build(), narrow, "blocks.1.attn.proj.weight", "[4, 8]", "[8, 8]");
    Path oblong =
        changed(values -> values, Map.of("patch_embed.proj.weight", new long[] {8, 3, 2, 8}));
    refused(twoHeads().build(), oblong, "[8, 3, 2, 8]", "square patches");
    Path missing =
        changed(
            values -> {
              values.keySet().removeIf(name -> name.startsWith("blocks.0.norm2"));
              return values;
            },
            Map.of());
    refused(twoHeads().build(), missing, "lacks blocks.0.norm2.weight");
  }

  @Test
  void noShapeWhateverEndsInAnythingButOneLine() throws IOException {
    long[][] odd = {
      {}, {0}, {7}, {8, 0}, {2, 3}, {16, 16}, {1, 1, 5}, {8, 3, 4, 9}, {1, 2, 3, 4, 5}
    };
    VitImport timm = twoHeads().layout(Layout.named("timm")).build();
    for (String name : shapes("").keySet()) {
      if (name.startsWith("blocks.1.")) {
        continue; // as in the first block
      }
      for (long[] shape : odd) {
        Path file =
            changed(
                values -> {
                  values.put(name, new float[(int) Tensor.elements(shape)]);
                  return values;
                },
                Map.of(name, shape));
        try {
          timm.read(file);
        } catch (WeightsException e) {
          assertEquals(1, e.getMessage().lines().count(), e::getMessage);
        }
      }
    }
  }

  /** The first file with queries, keys and values apart, one of which may be of another length. */
  private Path apart(int block, String part, int rows) throws IOException {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    for (int b = 0; b < 2; b++) {
      for (String each : List.of("q", "k", "v")) {
        long size = b == block && each.equals(part) ? rows : 8;
        shapes.put("blocks.%d.attn.%s.weight".formatted(b, each), new long[] {size, 8});
        shapes.put("blocks.%d.attn.%s.bias".formatted(b, each), new long[] {size});
      }
    }
    shapes.values().removeIf(shape -> shape[0] == 0);
    return changed(
        values -> {
          values.keySet().removeIf(name -> name.contains("attn.qkv"));
          shapes.forEach(
              (name, shape) -> values.put(name, new float[(int) Tensor.elements(shape)]));
          return values;
        },
        shapes);
  }

  @Test
  void queriesKeysAndValuesApartHaveToBeAlike() throws IOException {
    Path names =
        Files.writeString(
            folder.resolve("names.yaml"),
            """
            like: timm
            q: blocks.{block}.attn.q.*
            k: blocks.{block}.attn.k.*
            v: blocks.{block}.attn.v.*
            """);
    VitImport apart = twoHeads().layout(Layout.read(names)).build();
    assertEquals(2, apart.read(apart(0, "q", 8)).config().heads());
    for (int rows : new int[] {7, 9, 1000}) {
      refused(apart, apart(1, "v", rows), "[%d, 8]".formatted(rows), "have to be alike");
      refused(apart, apart(0, "q", rows), "[%d, 8]".formatted(rows), "have to be alike");
    }
    refused(apart, apart(1, "k", 0), "blocks.1.attn.k.weight");
  }

  @Test
  void layerScaleIsThereForEveryBlockAndAsWideAsTheNetwork() throws IOException {
    for (long size : new long[] {4, 8, 16}) {
      String scale = "blocks.0.ls1.gamma";
      Path file =
          changed(
              values -> {
                values.put(scale, new float[(int) size]);
                return values;
              },
              Map.of(scale, new long[] {size}));
      refused(twoHeads().layout(Layout.named("timm")).build(), file, "LayerScale");
    }
  }

  @Test
  void quantisedNetworksAreRefused() throws IOException {
    byte[] file = Files.readAllBytes(changed(values -> values, Map.of()));
    String header = new String(file, 0, 6000, java.nio.charset.StandardCharsets.ISO_8859_1);
    // The same bytes, called whole numbers.
    int type = header.indexOf("F32", header.indexOf("blocks.0.attn.qkv.weight"));
    file[type] = 'I';
    Path quantised = Files.write(folder.resolve("quantised.safetensors"), file);
    refused(twoHeads().build(), quantised, "whole numbers", "blocks.0.attn.qkv.weight, I32");
  }

  @Test
  void aNetworkWhoseNormsStandBehindItsLayersFitsNoLayout() {
    refused(VitImport.defaults(), Fixture.file("agentzz1_mnist_vit.pth"), "none of the layouts");
  }
}
