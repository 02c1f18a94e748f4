package org.flsl.examples.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flsl.examples.command.OutputFile;
import org.flsl.examples.command.Terminal;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.BackboneFile;
import org.flsl.examples.pretrain.Source;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.views.ViewConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flsl import}. */
@Command(
    name = "import",
    sortOptions = false,
    description = {
      "Makes a backbone.zip of a Vision Transformer that was trained elsewhere.",
      "Reads safetensors, PyTorch state dicts (old and new) and .npz; runs nothing that they hold."
    })
public final class ImportCommand extends WeightsCommand {
  @Parameters(paramLabel = "FILE", description = "The file of weights.")
  private Path file;

  @Option(
      names = "--out",
      paramLabel = "ZIP",
      required = true,
      description = "The DL4J model to write.")
  private Path out;

  @Option(
      names = "--mean",
      paramLabel = "R,G,B",
      description =
          "Means that images are normalised by. Default: what the file tells, or ImageNet's.")
  private String mean;

  @Option(names = "--std", paramLabel = "R,G,B", description = "Standard deviations for the same.")
  private String std;

  @Mixin private NetworkOptions options;

  /**
   * The command.
   *
   * @param terminal where it talks to its user
   */
  public ImportCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Path file() {
    return file;
  }

  @Override
  void run() throws IOException {
    OutputFile.prepare(out, "--out");
    Source source = Source.weights(file, options.importer());
    VitConfig vit = VitBackbone.in(source.graph().getConfiguration()).config();
    Map<String, String> usual =
        BackboneFile.normalisation(ViewConfig.builder().channels(vit.channels()).build());
    Map<String, String> provenance = new LinkedHashMap<>(source.provenance());
    normalise(provenance, BackboneFile.MEAN, "--mean", mean, usual, vit.channels());
    normalise(provenance, BackboneFile.STD, "--std", std, usual, vit.channels());
    // What the user says of the file is what its network has now.
    provenance.computeIfPresent(BackboneFile.HEADS, (key, told) -> String.valueOf(vit.heads()));
    write(out, bytes -> BackboneFile.write(source.graph(), provenance, bytes));
    warn(source.warnings());
    say("layout      " + provenance.get(Source.LAYOUT));
    say("network     " + Description.of(vit));
    source.remarks().forEach(remark -> say("            " + remark));
    say(
        "images      normalised by mean %s, deviation %s"
            .formatted(provenance.get(BackboneFile.MEAN), provenance.get(BackboneFile.STD)));
    say("written     " + out);
  }

  /** Takes what the user says, what the file tells if it is of that form, or what is usual. */
  private static void normalise(
      Map<String, String> provenance,
      String key,
      String option,
      String given,
      Map<String, String> usual,
      int channels) {
    if (given == null) {
      String told = provenance.getOrDefault(key, "");
      provenance.put(
          key, BackboneFile.isNormalisation(key, told, channels) ? told : usual.get(key));
      return;
    }
    String numbers = given.trim().replaceAll("[ ,]+", " ");
    if (!BackboneFile.isNormalisation(key, numbers, channels)) {
      throw new UserError(
          "%s takes a number%s for each of %d channels, such as 0.5,0.5,0.5, got %s"
              .formatted(option, key.equals(BackboneFile.STD) ? " above 0" : "", channels, given));
    }
    provenance.put(key, numbers);
  }
}
