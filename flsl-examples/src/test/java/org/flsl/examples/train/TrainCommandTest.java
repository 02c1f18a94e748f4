package org.flsl.examples.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.util.ModelSerializer;
import org.flsl.evaluation.data.LabelMask;
import org.flsl.evaluation.data.MaskReader;
import org.flsl.examples.Main;
import org.flsl.examples.Screen;
import org.flsl.examples.run.History;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code flsl train segmentation} and {@code flsl predict}, from labels to masks. */
class TrainCommandTest {
  @TempDir private Path folder;
  private Screen screen = new Screen(false);
  private Path train;
  private Path test;
  private Path backbone;

  @BeforeEach
  void draw() throws IOException {
    train = Shapes.draw(folder.resolve("train"), 10, 1);
    test = Shapes.draw(folder.resolve("test"), 4, 2);
    backbone = folder.resolve("backbone.zip");
    ModelSerializer.writeModel(
        VitBackbone.of(
                VitConfig.builder().width(24).depth(1).heads(2).patch(8).imageSize(32).build())
            .network(new NeuralNetConfiguration.Builder().seed(1), 32, 32),
        backbone.toFile(),
        false);
  }

  private int flsl(String... arguments) {
    screen = new Screen(false);
    // Nothing of the environment asks for another process.
    return Main.run(
        screen.terminal(),
        Map.of("OMP_WAIT_POLICY", "PASSIVE", "OMP_NUM_THREADS", "1", "FLSL_RELAUNCHED", "1"),
        arguments);
  }

  private String[] training(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "train",
                "segmentation",
                "--images",
                train.resolve("images").toString(),
                "--masks",
                train.resolve("masks").toString(),
                "--test-images",
                test.resolve("images").toString(),
                "--test-masks",
                test.resolve("masks").toString(),
                "--init",
                backbone.toString(),
                "--batch",
                "4",
                "--head-width",
                "16",
                "--lr",
                "0.003"));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void labelsBecomeAModelAndPhotosMasks() throws IOException {
    Path run = folder.resolve("run");
    assertEquals(0, flsl(training("--epochs", "16", "--out", run.toString())), screen.err());
    assertTrue(
        screen
            .out()
            .contains("9 to learn from, 1 held out to validate on, 4 to test on, classes: 3"));
    assertTrue(screen.out().contains("after epoch 16  validation: mIoU "), screen.out());
    assertEquals(1, screen.out().split("  test: mIoU ").length - 1, screen.out());
    String report = Files.readString(run.resolve("report.html"));
    assertTrue(report.contains("FLSL training of a segmentation"));
    assertTrue(report.contains("<figcaption>prediction</figcaption>"));
    assertTrue(report.contains("validation: mIoU"));

    Path found = folder.resolve("found");
    int status =
        flsl(
            "predict",
            run.toString(),
            "--images",
            test.resolve("images").toString(),
            "--out",
            found.toString(),
            "--batch",
            "3");
    assertEquals(0, status, screen.err());
    MaskReader reader = MaskReader.ofIndices(Set.of());
    double right = 0;
    for (int i = 0; i < 4; i++) {
      LabelMask mask = reader.read(found.resolve("masks/" + i + ".png"));
      LabelMask truth = reader.read(test.resolve("masks/" + i + ".png"));
      assertEquals(truth.width(), mask.width());
      int pixels = mask.labels().length;
      int same = 0;
      for (int p = 0; p < pixels; p++) {
        same += mask.labels()[p] == truth.labels()[p] ? 1 : 0;
      }
      right += (double) same / pixels / 4;
      assertTrue(Files.exists(found.resolve("overlays/" + i + ".png")));
    }
    assertTrue(right > 0.8, "right: " + right);
    assertTrue(Files.readString(found.resolve("classes.csv")).contains("5,\"class 5\",#"));
    assertEquals(
        1, flsl("predict", run.toString(), "--images", test.toString(), "--out", found.toString()));
    assertEquals(
        "error: " + found + " is not empty: empty it, or choose another --out",
        screen.err().strip());

    // A run of one kind is none of another.
    for (List<String> command :
        List.of(
            List.of("pretrain", "--resume", run.toString()),
            List.of("eval", "health", "--images", test.toString(), "--run", run.toString()))) {
      assertEquals(1, flsl(command.toArray(String[]::new)));
      assertEquals(
          "error: %1$s is a run of ./flsl train segmentation, and one of ./flsl pretrain is expected: to go on with it, ./flsl train segmentation --resume %1$s"
              .formatted(run),
          screen.err().strip());
    }

    Path broken = Files.createDirectories(folder.resolve("broken"));
    Files.writeString(broken.resolve("a.png"), "no image");
    Path nothing = folder.resolve("nothing");
    assertEquals(
        1,
        flsl(
            "predict", run.toString(), "--images", broken.toString(), "--out", nothing.toString()));
    assertTrue(screen.err().contains("none of the 1 images in " + broken), screen.err());
    assertFalse(Files.exists(nothing), "where nothing was found no folder is left");

    Files.delete(run.resolve("segmenter.zip"));
    assertEquals(
        1,
        flsl("predict", run.toString(), "--images", test.toString(), "--out", nothing.toString()));
    assertEquals(
        "error: %1$s holds no segmenter.zip yet: let the training come to its end (./flsl train segmentation --resume %1$s)"
            .formatted(run),
        screen.err().strip());
    assertEquals(1, flsl("predict", "no-run", "--images", ".", "--out", nothing.toString()));
    assertEquals(
        "error: no-run does not exist: name a run of ./flsl train, or the model in it",
        screen.err().strip());
  }

  @Test
  void earlyStoppingEndsAndKeepsTheBest() throws IOException {
    Path run = folder.resolve("run");
    // A learning rate of next to nothing: the first epoch is the best.
    String[] told =
        training("--epochs", "9", "--patience", "2", "--out", run.toString(), "--freeze");
    told[Arrays.asList(told).indexOf("--lr") + 1] = "1e-30";
    assertEquals(0, flsl(told), screen.err());
    assertTrue(
        screen
            .out()
            .contains(
                "ended after epoch 3 of 9: none was better than those before for --patience 2"));
    assertTrue(screen.out().contains(" after epoch 1"), screen.out());
    assertArrayEquals(
        ModelSerializer.restoreComputationGraph(run.resolve("checkpoints/best.zip").toFile())
            .params()
            .toFloatVector(),
        ModelSerializer.restoreComputationGraph(run.resolve("segmenter.zip").toFile())
            .params()
            .toFloatVector());
  }

  /** A list of names takes the place of the draw; without any the last epoch counts. */
  @Test
  void theUserChoosesWhatIsHeldOut() throws IOException {
    Path list = Files.writeString(folder.resolve("held.txt"), "3.png\n\n 7 \n");
    Path run = folder.resolve("run");
    String[] listed =
        training("--epochs", "1", "--validation-list", list.toString(), "--out", run.toString());
    assertEquals(0, flsl(listed), screen.err());
    assertTrue(screen.out().contains("8 to learn from, 2 held out"), screen.out());
    Files.writeString(list, "3.png");
    assertEquals(1, flsl("train", "segmentation", "--resume", run.toString()));
    assertTrue(screen.err().contains("the images or labels in"), screen.err());
    Files.writeString(list, "3.png\nnobody\n");
    assertEquals(1, flsl(listed));
    assertTrue(
        screen
            .err()
            .contains("names in " + list + " that belong to none of the images to learn from: 1, "),
        screen.err());

    Path all = folder.resolve("all");
    String[] none = training("--epochs", "2", "--validation", "0", "--out", all.toString());
    assertEquals(0, flsl(none), screen.err());
    assertTrue(screen.out().contains("10 to learn from, 0 held out"), screen.out());
    assertFalse(screen.out().contains("validation:"), screen.out());
    assertTrue(screen.out().contains("after epoch 2  test: mIoU "), screen.out());
    assertArrayEquals(
        ModelSerializer.restoreComputationGraph(
                all.resolve("checkpoints/step-00000006.zip").toFile())
            .params()
            .toFloatVector(),
        ModelSerializer.restoreComputationGraph(all.resolve("segmenter.zip").toFile())
            .params()
            .toFloatVector());
    assertEquals(
        1, flsl(training("--validation", "0", "--patience", "1", "--out", all.toString())));
    assertTrue(screen.err().contains("--patience asks how validation goes"), screen.err());
  }

  @Test
  void aFolderLikeVocIsAskedForByItsOwnName() throws IOException {
    Path voc = folder.resolve("voc");
    Files.createDirectories(voc.resolve("JPEGImages"));
    Files.createDirectories(voc.resolve("ImageSets/Segmentation"));
    Files.move(train.resolve("masks"), voc.resolve("SegmentationClass"));
    for (int i = 0; i < 10; i++) {
      ImageIO.write(
          ImageIO.read(train.resolve("images/" + i + ".png").toFile()),
          "jpg",
          voc.resolve("JPEGImages/" + i + ".jpg").toFile());
    }
    Path list = voc.resolve("ImageSets/Segmentation/train.txt");
    Files.writeString(list, "0\n1\n2\n3\n4\n");
    Files.writeString(voc.resolve("ImageSets/Segmentation/val.txt"), "5\n6\n");
    Path run = folder.resolve("run");
    // The backbone by the name that eval has for it.
    int status =
        flsl(
            "train",
            "segmentation",
            "--voc",
            voc.toString(),
            "--backbone",
            backbone.toString(),
            "--epochs",
            "1",
            "--batch",
            "4",
            "--head-width",
            "16",
            "--out",
            run.toString());
    assertEquals(0, status, screen.err());
    assertTrue(screen.out().contains("begins with " + backbone), screen.out());
    assertFalse(screen.err().contains("learned from as well"), screen.err());
    String[] again = {
      "train",
      "segmentation",
      "--voc",
      voc.toString(),
      "--test",
      "train",
      "--from-scratch",
      "--init",
      backbone.toString(),
      "--epochs",
      "1",
      "--out",
      folder.resolve("again").toString()
    };
    assertEquals(0, flsl(again), screen.err());
    assertTrue(screen.err().contains("learned from as well: 5 of 5, such as "), screen.err());
    assertTrue(screen.err().contains("name others with --test\n"), screen.err());
    Files.writeString(list, "0\n1\n2\n");
    assertEquals(1, flsl("train", "segmentation", "--resume", run.toString()));
    assertTrue(screen.err().contains("name a copy of them with --voc"), screen.err());
    assertEquals(
        1, flsl("train", "segmentation", "--resume", run.toString(), "--voc", train.toString()));
    assertEquals(1, screen.err().strip().lines().count(), screen.err());
  }

  /** What test images are like has no say in which epoch is the best. */
  @Test
  void testImagesChooseNothing() throws IOException {
    Path one = folder.resolve("one");
    assertEquals(0, flsl(training("--epochs", "4", "--out", one.toString())), screen.err());
    test = Shapes.draw(folder.resolve("other"), 3, 9);
    Path other = folder.resolve("two");
    assertEquals(0, flsl(training("--epochs", "4", "--out", other.toString())), screen.err());
    assertEquals(rows(one, "validation"), rows(other, "validation"));
    assertNotEquals(rows(one, "test"), rows(other, "test"));
    List<String> tested = rows(one, "test");
    assertEquals(2 + 3, tested.size(), tested.toString());
    assertTrue(tested.get(2).contains(",IoU: "), tested.toString());
    assertTrue(screen.out().contains("\nof classes  "), screen.out());
    assertArrayEquals(
        state(one.resolve("checkpoints/best.zip")), state(other.resolve("checkpoints/best.zip")));
  }

  private static List<String> rows(Path run, String measure) throws IOException {
    return Files.readAllLines(run.resolve("measures.csv")).stream()
        .filter(row -> row.contains("," + measure + ","))
        .toList();
  }

  @Test
  void aResumedRunEndsWhereItWouldHave() throws IOException {
    Path run = folder.resolve("run");
    assertEquals(0, flsl(training("--epochs", "3", "--out", run.toString())), screen.err());
    Path last = run.resolve("checkpoints/step-00000009.zip");
    byte[] whole = state(last);
    String measures = Files.readString(run.resolve("measures.csv"));
    // As a kill leaves it, in the middle of the last epoch.
    Files.delete(last);
    Files.delete(run.resolve("segmenter.zip"));

    assertEquals(0, flsl("train", "segmentation", "--resume", run.toString()), screen.err());
    assertTrue(screen.out().contains("after step 6"), screen.out());
    assertArrayEquals(whole, state(last));
    assertEquals(measures, Files.readString(run.resolve("measures.csv")));

    assertEquals(1, flsl("train", "segmentation", "--resume", run.toString(), "--lr", "1"));
    assertTrue(screen.err().contains("--lr cannot be changed"), screen.err());
    assertEquals(
        0,
        flsl("train", "segmentation", "--resume", run.toString(), "--epochs", "4"),
        screen.err());
    assertTrue(screen.out().contains("epochs 3 -> 4"), screen.out());

    Files.delete(train.resolve("images/1.png"));
    assertEquals(1, flsl("train", "segmentation", "--resume", run.toString()));
    assertTrue(screen.err().contains("the images or labels in"), screen.err());
  }

  /** Weights and moments. */
  private static byte[] state(Path checkpoint) throws IOException {
    try (ZipFile zip = new ZipFile(checkpoint.toFile())) {
      ByteArrayOutputStream state = new ByteArrayOutputStream();
      for (String entry : List.of("coefficients.bin", "updaterState.bin")) {
        zip.getInputStream(zip.getEntry(entry)).transferTo(state);
      }
      return state.toByteArray();
    }
  }

  @Test
  void aComparisonGoesOnWithWhatIsMissing() throws IOException {
    Path out = folder.resolve("comparison");
    assertEquals(
        0,
        flsl(
            training(
                "--epochs",
                "1",
                "--compare",
                "--seeds",
                "2",
                "--shares",
                "30,100",
                "--out",
                out.toString())),
        screen.err());
    String table = screen.out().substring(screen.out().indexOf("            "));
    assertTrue(table.contains("pretrained"), table);
    assertTrue(table.contains("mIoU, 30 % of the labels"), table);
    String json = Files.readString(out.resolve("comparison.json"));
    assertEquals(6, json.split("\"values\"").length - 1, json);
    Path one = out.resolve("random-twin-30-seed-2/segmenter.zip");
    byte[] before = Files.readAllBytes(one);
    Files.delete(one);
    Files.delete(out.resolve("comparison.json"));
    Path other = out.resolve("pretrained-30-seed-1/segmenter.zip");
    var untouched = Files.getLastModifiedTime(other);

    assertEquals(1, flsl("train", "segmentation", "--resume", out.toString(), "--epochs", "2"));
    assertTrue(screen.err().contains("as long as the first, 1 epochs"), screen.err());

    // Its states are discarded when it is finished, so that it cannot begin in silence.
    assertEquals(1, flsl("train", "segmentation", "--resume", out.toString()));
    assertTrue(screen.err().contains("holds no checkpoint to go on from"), screen.err());
    try (var files = Files.walk(one.getParent())) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    assertEquals(0, flsl("train", "segmentation", "--resume", out.toString()), screen.err());
    assertTrue(screen.out().contains("/12  random twin, 30 % of the labels, seed 2"));
    assertEquals(untouched, Files.getLastModifiedTime(other));
    assertEquals(json, Files.readString(out.resolve("comparison.json")));
    assertEquals(before.length, Files.readAllBytes(one).length);
    assertEquals(13, History.of(out).of(History.Event.FINISHED).size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--from-scratch --random-twin|--from-scratch and --random-twin both draw weights",
        "--from-scratch --freeze|--from-scratch lets all weights learn",
        "--size 30|multiple of 8",
        "--voc .|--voc and --images both say where the labels are",
        "--coco x.json|--coco and --masks both say where the labels are",
        "--test-masks none|There is no folder ",
        "--labels 0|--labels is '0', but has to be",
        "--run other.zip|--init",
        "--freeze-blocks 9|9 blocks of the network are to be frozen",
        "--features nowhere|has no vertex \"nowhere\"",
      })
  void saysWhatDoesNotFit(String flags, String error) throws IOException {
    Path out = folder.resolve("out");
    List<String> told =
        new ArrayList<>(List.of(training("--epochs", "1", "--out", out.toString())));
    List<String> more = List.of(flags.split(" "));
    int given = told.indexOf(more.get(0));
    if (given >= 0) {
      told.set(given + 1, folder.resolve(more.get(1)).toString());
    } else {
      told.addAll(more);
    }
    assertEquals(1, flsl(told.toArray(String[]::new)), screen.out());
    assertTrue(screen.err().contains(error), screen.err());
    assertEquals(1, screen.err().strip().lines().count(), screen.err());
    assertFalse(Files.exists(out));
  }

  @Test
  void imagesThatAreLearnedFromAndTestedOnAreWarnedOf() {
    String run = folder.resolve("run").toString();
    List<String> told = new ArrayList<>(List.of(training("--epochs", "1", "--out", run)));
    told.set(told.indexOf("--test-images") + 1, train.resolve("images").toString());
    told.set(told.indexOf("--test-masks") + 1, train.resolve("masks").toString());
    assertEquals(0, flsl(told.toArray(String[]::new)), screen.err());
    assertTrue(
        screen
            .err()
            .contains("images to test on that are learned from as well: 10 of 10, such as "),
        screen.err());
  }

  @Test
  void badImagesAndMasksAreSaid() throws IOException {
    try (OutputStream broken = Files.newOutputStream(train.resolve("images/0.png"))) {
      broken.write(1);
    }
    Path out = folder.resolve("out");
    assertEquals(0, flsl(training("--epochs", "1", "--out", out.toString())), screen.err());
    assertTrue(screen.err().contains("0.png"), screen.err());
    assertTrue(screen.out().contains("8 to learn from, 1 held out"), screen.out());

    Files.copy(
        train.resolve("masks/1.png"),
        train.resolve("masks/2.png"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertEquals(1, flsl(training("--epochs", "1", "--out", folder.resolve("other").toString())));
    assertTrue(screen.err().contains("The mask of 2.png has "), screen.err());

    Files.delete(train.resolve("images/2.png"));
    assertEquals(0, flsl(training("--epochs", "1", "--out", folder.resolve("fewer").toString())));
    assertTrue(screen.err().contains("left out: 1, such as "), screen.err());
    assertTrue(screen.err().contains("masks that belong to no image in "), screen.err());

    Files.delete(train.resolve("masks/3.png"));
    assertEquals(1, flsl(training("--epochs", "1", "--out", folder.resolve("other").toString())));
    assertTrue(screen.err().contains("Images without a mask: 1 of 9"), screen.err());

    Path found = folder.resolve("found");
    assertEquals(1, flsl("predict", train.toString(), "--images", ".", "--out", found.toString()));
    assertTrue(screen.err().contains("holds no model that ./flsl train made"), screen.err());
    assertFalse(Files.exists(found), "what is refused leaves no folder behind");
    assertEquals(
        1,
        flsl(
            "predict",
            backbone.toString(),
            "--images",
            ".",
            "--out",
            folder.resolve("p").toString()));
    assertTrue(screen.err().contains("does not tell what it was trained for"), screen.err());
  }
}
