package org.flsl.examples.weights;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flsl.examples.ErrorLine;
import org.flsl.examples.OutputFile;
import org.flsl.examples.Terminal;
import org.flsl.examples.UserError;
import org.flsl.examples.pretrain.AtomicFile;
import org.flsl.examples.pretrain.BackboneFile;
import org.flsl.layers.vit.VitBackbone;
import org.flsl.layers.vit.VitConfig;
import org.flsl.views.ViewConfig;
import picocli.CommandLine;
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

  private ImportCommand(Terminal terminal) {
    super(terminal);
  }

  /** The command. */
  public static CommandLine commandLine(Terminal terminal) {
    return new CommandLine(new ImportCommand(terminal))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(new ErrorLine(terminal));
  }

  @Override
  Path file() {
    return file;
  }

  @Override
  void run() throws IOException {
    Map<String, String> normalisation = normalisation();
    OutputFile.prepare(out, "--out");
    Source source = Source.weights(file, options);
    Map<String, String> provenance = new LinkedHashMap<>();
    provenance.putAll(source.provenance());
    BackboneFile.normalisation(ViewConfig.paper())
        .forEach(
            (key, usual) ->
                provenance.compute(
                    key,
                    (k, told) ->
                        told != null && BackboneFile.isNormalisation(told) ? told : usual));
    provenance.putAll(normalisation);
    AtomicFile.write(out, bytes -> BackboneFile.write(source.graph(), provenance, bytes));
    warn(source.warnings());
    VitConfig vit = VitBackbone.in(source.graph().getConfiguration()).config();
    say("layout      " + provenance.get("imported_layout"));
    say("network     " + Description.of(vit));
    source.remarks().forEach(remark -> say("            " + remark));
    say(
        "images      normalised by mean %s, deviation %s"
            .formatted(provenance.get(BackboneFile.MEAN), provenance.get(BackboneFile.STD)));
    say("written     " + out);
  }

  private Map<String, String> normalisation() {
    Map<String, String> given = new LinkedHashMap<>();
    put(given, "--mean", BackboneFile.MEAN, mean);
    put(given, "--std", BackboneFile.STD, std);
    return given;
  }

  private static void put(Map<String, String> given, String option, String key, String text) {
    if (text == null) {
      return;
    }
    String numbers = text.trim().replaceAll("[ ,]+", " ");
    if (!BackboneFile.isNormalisation(numbers)) {
      throw new UserError(
          "%s takes three numbers, such as 0.5,0.5,0.5, got %s".formatted(option, text));
    }
    given.put(key, numbers);
  }
}
