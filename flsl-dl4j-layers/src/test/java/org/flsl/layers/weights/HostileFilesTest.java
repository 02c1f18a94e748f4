package org.flsl.layers.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are damaged, or were made to do harm: one line each, and nothing is run. */
class HostileFilesTest {
  private static final String STORAGE =
      "(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0000X\3\0\0\0cpu";
  private static final String TENSOR = "ctorch._utils\n_rebuild_tensor_v2\n(";

  @TempDir Path folder;

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> content : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(content.getKey());
        CRC32 checksum = new CRC32();
        checksum.update(content.getValue());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.getValue().length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(content.getValue());
      }
    }
    return bytes.toByteArray();
  }

  /** A PyTorch file with one storage of four floats. */
  private Path torch(String pickle) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("a/data.pkl", latin("\u0080\2" + pickle));
    entries.put("a/data/0", new byte[16]);
    return write("net.pth", zip(entries));
  }

  private Path safetensors(String header, int numbers) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + json.length + numbers);
    file.order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json);
    return write("net.safetensors", file.array());
  }

  private static void assertRefused(Path file, String... parts) {
    WeightsException e =
        assertThrows(
            WeightsException.class,
            () -> {
              try (WeightsFile weights = WeightsFile.open(file)) {
                weights.groups().values().forEach(g -> g.values().forEach(Tensor::floats));
              }
            });
    assertEquals(1, e.getMessage().lines().count(), e::getMessage);
    assertTrue(e.getMessage().startsWith(file + ": "), e::getMessage);
    assertTrue(e.getMessage().length() < 400 + file.toString().length(), e::getMessage);
    for (String part : parts) {
      assertTrue(
          e.getMessage().contains(part),
          () -> "\"" + e.getMessage() + "\" does not say \"" + part + "\"");
    }
  }

  private static String tensor(String length, String offset, String shape, String strides) {
    return "}X\1\0\0\0w"
        + TENSOR
        + STORAGE
        + length
        + "tQ"
        + offset
        + shape
        + strides
        + "\u0089}tRs.";
  }

  @Test
  void theseFilesWouldBeReadIfTheyWereWhole() throws IOException {
    try (WeightsFile file =
        WeightsFile.open(torch(tensor("K\4", "K\0", "K\2K\2\u0086", "K\2K\1\u0086")))) {
      assertEquals("F32 [2, 2]", file.groups().get("").get("w").toString());
    }
    Path safe =
        safetensors(
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}",
            12);
    try (WeightsFile file = WeightsFile.open(safe)) {
      assertEquals(2, file.groups().get("").size());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cposix\nsystem\nX\7\0\0\0echo hi\u0085R.",
        "cos\nsystem\nX\7\0\0\0echo hi\u0085R.",
        "cbuiltins\neval\nX\3\0\0\0001+1\u0085R.",
        "c__builtin__\ngetattr\n.",
        "}X\1\0\0\0wcsubprocess\nPopen\nX\2\0\0\0ls\u0085Rs.",
        "X\2\0\0\0osX\6\0\0\0system\u0093X\2\0\0\0ls\u0085R.",
        "ctorch.storage\n_load_from_bytes\nC\1x\u0085R.",
        "ctorch.nn.modules.linear\nLinear\n)\u0081.",
        "cargparse\nNamespace\n)\u0081}b.",
        "cnumpy.core.multiarray\nscalar\n.",
        "ctorch\nload\n.",
        "ccollections\nnamedtuple\n."
      })
  void everyForeignNameIsRefused(String pickle) throws IOException {
    String name =
        pickle.contains("system\u0093")
            ? "os.system"
            : pickle.substring(pickle.indexOf('c') + 1).split("\n")[0].concat(".");
    assertRefused(torch(pickle), "it pickles", name, "nothing of it was run");
  }

  @Test
  void pythonsOwnPicklesAreRefusedByName() throws IOException {
    assertRefused(
        write(
            "net.pth",
            latin(
                "\u0080\4\u0095\35\0\0\0\0\0\0\0\u008c\5posix\u0094\u008c\6system\u0094\u0093\u0094\u008c\2ls\u0094\u0085\u0094R\u0094.")),
        "posix.system");
    assertRefused(write("net.pth", latin("\u0080\2}.")), "not one that torch.save wrote");
  }

  @Test
  void namesAreShownWithoutWhatATerminalWouldObey() throws IOException {
    WeightsException e =
        assertThrows(
            WeightsException.class,
            () -> WeightsFile.open(torch("c\33[2J\7" + "x".repeat(9000) + "\ny\n.")));
    assertFalse(e.getMessage().contains("\33"));
    assertTrue(e.getMessage().length() < 600);
  }

  @Test
  void deepNestingIsRefused() throws IOException {
    assertRefused(torch(")" + "\u0085".repeat(100_000) + "."), "deeper than 64");
    assertRefused(torch("]".repeat(100_000) + "a".repeat(99_999) + "."), "deeper than 64");
    assertRefused(
        torch("}X\1\0\0\0x".repeat(100_000) + "N" + "s".repeat(100_000) + "."), "deeper than 64");
  }

  @Test
  void aBombOfReferencesCostsNoMoreThanItsLength() throws IOException {
    // Each dict holds the one before ten times: written out, 10^30 entries.
    StringBuilder pickle = new StringBuilder("}q\0");
    for (int level = 1; level <= 30; level++) {
      pickle.append("}q").append((char) level).append('(');
      for (int i = 0; i < 10; i++) {
        pickle.append("K").append((char) i).append('h').append((char) (level - 1));
      }
      pickle.append('u');
    }
    try (WeightsFile file = WeightsFile.open(torch(pickle + "."))) {
      assertTrue(file.groups().isEmpty());
    }
    assertRefused(torch("N" + "2".repeat(2_100_000) + "."), "more than 2000000 objects");
    assertRefused(torch("Nr\u00ff\u00ff\u00ff\177j\1\1\1\1."), "recalls what it never kept");
  }

  @Test
  void aDictThatHoldsItselfEnds() throws IOException {
    try (WeightsFile file = WeightsFile.open(torch("}q\0X\1\0\0\0xh\0s."))) {
      assertTrue(file.groups().isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "}",
        "X\u00ff\u00ff\u00ff\177abc.",
        "X\u00ff\u00ff\u00ff\u00ffabc.",
        "R.",
        "s.",
        "u.",
        "t.",
        "Q.",
        "NQ.",
        "}R.",
        "NNR.",
        "K\1K\2s.",
        "ccollections\nOrderedDict",
        "h\5.",
        "\u0087.",
        "a.",
        "b.",
        "NNb.",
        "\u008b\u00ff\u00ff\u00ff\177.",
        "i.",
        "(cos",
        "]]s.",
        "}]Ns.",
        "ccollections\nOrderedDict\nK\1\u0085R.",
        TENSOR + "NNNNtR.",
        TENSOR + "tR.",
        TENSOR + STORAGE + "NtQK\0))\u0089}tR."
      })
  void nonsenseIsDamage(String pickle) throws IOException {
    assertRefused(torch(pickle), "damaged");
  }

  @Test
  void tensorsLargerThanTheFileAreRefused() throws IOException {
    String hundred = "Kd";
    assertRefused(
        torch(tensor(hundred, "K\0", "Kd\u0085", "K\1\u0085")), "larger than the 16 bytes");
    assertRefused(torch(tensor("K\4", "K\0", "Kd\u0085", "K\1\u0085")), "does not lie within");
    assertRefused(torch(tensor("K\4", "K\3", "K\2\u0085", "K\1\u0085")), "does not lie within");
    assertRefused(
        torch(tensor("K\4", "J\u00ff\u00ff\u00ff\u00ff", "K\2\u0085", "K\1\u0085")),
        "does not lie within");
    assertRefused(
        torch(tensor("K\4", "K\0", "K\2\u0085", "J\u00ff\u00ff\u00ff\u00ff\u0085")),
        "does not lie within");
    String huge = "\u008a\10\377\377\377\377\377\377\377\177";
    assertRefused(
        torch(tensor("K\4", "K\0", huge + huge + "\u0086", "K\1K\1\u0086")), "does not lie within");
    assertRefused(torch(tensor(huge, "K\0", "K\2\u0085", "K\1\u0085")), "larger than the 16 bytes");
    Path repeating = torch(tensor("K\4", "K\0", "J\377\377\377\17\u0085", "K\0\u0085"));
    try (WeightsFile file = WeightsFile.open(repeating)) {
      Tensor large = file.groups().get("").get("w");
      assertTrue(
          assertThrows(WeightsException.class, large::floats)
              .getMessage()
              .contains("repeats its 1 stored"));
    }
  }

  @Test
  void zipsAreNotTrusted() throws IOException {
    byte[] pickle = latin("\u0080\2}.");
    assertRefused(
        write("net.pth", zip(Map.of("a/data.pkl", pickle, "../../etc/passwd", new byte[1]))),
        "\"../../etc/passwd\"",
        "leads outside");
    assertRefused(
        write("net.pth", zip(Map.of("a/data.pkl", pickle, "/etc/passwd", new byte[1]))),
        "leads outside");
    byte[] whole = Files.readAllBytes(Fixture.file("timm.pth"));
    for (int length : new int[] {3, 100, whole.length / 2, whole.length - 1}) {
      assertRefused(write("net.pth", java.util.Arrays.copyOf(whole, length)), "damaged");
    }
    assertRefused(
        torch(
            "}X\1\0\0\0w"
                + TENSOR
                + STORAGE.replace("\0000", "\0001")
                + "K\4tQK\0K\1\u0085K\1\u0085\u0089}tRs."),
        "a/data/1",
        "lacks");
    assertRefused(
        write("net.zip", zip(Map.of("readme.txt", pickle))), "neither of PyTorch nor of NumPy");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream deflated = new ZipOutputStream(bytes)) {
      deflated.putNextEntry(new ZipEntry("a/data.pkl"));
      deflated.write(pickle);
    }
    assertRefused(write("net.pth", bytes.toByteArray()), "compressed");
  }

  @Test
  void truncatedOldFilesAreRefused() throws IOException {
    byte[] whole = Files.readAllBytes(Fixture.file("types_old.pth"));
    for (int length = 1; length < whole.length; length += 37) {
      assertRefused(write("net.pth", java.util.Arrays.copyOf(whole, length)));
    }
  }

  @Test
  void damagedFilesNeverEndInAnythingButOneLine() throws IOException {
    java.util.Random random = new java.util.Random(5);
    for (String name : new String[] {"types.pth", "types_old.pth", "tokens.npz"}) {
      byte[] whole = Files.readAllBytes(Fixture.file(name));
      for (int i = 0; i < 50; i++) {
        byte[] damaged = whole.clone();
        for (int hits = random.nextInt(4); hits >= 0; hits--) {
          damaged[random.nextInt(Math.min(whole.length, 3000))] = (byte) random.nextInt();
        }
        try (WeightsFile file = WeightsFile.open(write("net.bin", damaged))) {
          file.groups().values().forEach(group -> group.values().forEach(Tensor::floats));
        } catch (WeightsException refused) {
          assertEquals(1, refused.getMessage().lines().count());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // overlapping, with a gap, turned round, beyond the end, another size than the shape, too
        // long for a long
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}}",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'b':{'dtype':'F32','shape':[1],'data_offsets':[8,12]}}",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}}",
        "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16]}}",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,12]}}",
        "{'a':{'dtype':'F32','shape':[9223372036854775807,4],'data_offsets':[0,12]}}",
        "{'a':{'dtype':'F32','shape':[-3],'data_offsets':[0,12]}}",
        "{'a':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,12]}}",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[-4,8]}}",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0]}}",
        "{'a':{'dtype':'F32','shape':[3]}}",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12],'more':1}}",
        "{'a':{'dtype':'F8_E4M3','shape':[12],'data_offsets':[0,12]}}",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]},'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}}",
        "{'a':{'dtype':null,'shape':[3],'data_offsets':[0,12]}}",
        "{'a':[1]}",
        "{'a':{'dtype':'F32',",
        "{'__metadata__':{'a':{'b':1}}}",
        "{'__metadata__':{'a':1}}",
        "{}"
      })
  void headersOfSafetensorsThatLieAreRefused(String header) throws IOException {
    assertRefused(safetensors(header.replace('\'', '"'), 12));
  }

  @Test
  void headersOfSafetensorsAreNotDeep() throws IOException {
    assertRefused(safetensors("{\"a\":".repeat(200_000), 12), "safetensors header");
    assertRefused(
        safetensors("{\"a\":{\"shape\":" + "[".repeat(200_000), 12), "safetensors header");
  }

  @Test
  void aHeaderCannotBeLongerThanItsFile() throws IOException {
    for (long length : new long[] {1L << 60, -1, 100_000_001, 9}) {
      byte[] bytes =
          ByteBuffer.allocate(16)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(length)
              .put((byte) '{')
              .array();
      assertRefused(write("net.safetensors", bytes), Long.toUnsignedString(length));
    }
  }

  @Test
  void otherThingsAreCalledWhatTheyAre() throws IOException {
    assertRefused(folder, "folder");
    assertRefused(write("net.pth", new byte[0]), "empty");
    assertRefused(write("net.pth", latin("hello, these are no weights\n")), "text file");
    assertRefused(
        write(
            "net.safetensors",
            latin("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n")),
        "Git LFS",
        "git lfs pull");
    assertRefused(write("net.pth", new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9}), "bytes 01 02 03");
    assertRefused(write("net.h5", latin("\u0089HDF\r\n\32\n")), "HDF5");
  }
}
