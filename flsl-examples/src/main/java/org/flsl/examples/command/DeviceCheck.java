package org.flsl.examples.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Says before any work starts whether the device that was asked for can be used.
 *
 * <p>nd4j-cuda-11.6 holds machine code for compute capabilities 3.7 to 8.6 and nothing that a newer
 * GPU could translate: there it loads, and fails at the first operation.
 */
public final class DeviceCheck {
  private static final double OLDEST = 3.7;
  private static final double FIRST_TOO_NEW = 9.0;
  private static final String QUERY = "--query-gpu=name,compute_cap";
  private static final long PATIENCE_SECONDS = 20;

  private final boolean cudaBuild;
  private final List<String> nvidiaSmi;

  /**
   * @param cudaBuild whether this program was built for CUDA
   * @param nvidiaSmi the command that lists GPUs
   */
  DeviceCheck(boolean cudaBuild, List<String> nvidiaSmi) {
    this.cudaBuild = cudaBuild;
    this.nvidiaSmi = List.copyOf(nvidiaSmi);
  }

  /** Checks the machine that this program runs on. */
  public static DeviceCheck ofThisMachine() {
    boolean cuda =
        DeviceCheck.class.getResource("/org/nd4j/linalg/jcublas/JCublasBackend.class") != null;
    return new DeviceCheck(cuda, List.of("nvidia-smi"));
  }

  /**
   * @return the device in words
   */
  public String check(Device wanted) {
    boolean cuda = wanted == Device.CUDA || wanted == Device.AUTO && cudaBuild;
    if (!cuda) {
      if (cudaBuild) {
        throw new UserError(
            "--device cpu was asked for, but this build is for CUDA: build again without -Dcuda");
      }
      return "CPU";
    }
    if (!cudaBuild) {
      throw new UserError(
          "--device cuda was asked for, but this build is for the CPU: build again with -Dcuda");
    }
    // ND4J takes the first GPU.
    String[] gpu = gpus().lines().findFirst().orElseThrow(DeviceCheck::noDevice).split(",");
    String name = gpu[0].strip();
    double capability = capability(gpu);
    if (capability >= FIRST_TOO_NEW || capability < OLDEST) {
      throw new UserError(
          "%s has compute capability %s, but ND4J's CUDA 11.6 drives 3.7 to 8.9 only: use another"
                  .formatted(name, capability)
              + " GPU, or the CPU build");
    }
    return "CUDA, " + name;
  }

  private static double capability(String[] gpu) {
    try {
      return Double.parseDouble(gpu[1].strip());
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new UserError(
          "nvidia-smi does not tell the GPU's compute capability: CUDA 11.6 needs driver 510 or"
              + " later; update the driver or use the CPU build");
    }
  }

  private String gpus() {
    try {
      List<String> command = new ArrayList<>(nvidiaSmi);
      command.addAll(List.of(QUERY, "--format=csv,noheader"));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      Optional<String> listed = Optional.empty();
      if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0) {
        listed =
            Optional.of(
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      }
      process.destroyForcibly();
      return listed.orElseThrow(DeviceCheck::noDevice);
    } catch (IOException e) {
      throw new UserError(
          "CUDA needs an NVIDIA driver, and there is none here (nvidia-smi is missing): install it"
              + " or use the CPU build",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted while looking for a GPU", e);
    }
  }

  private static UserError noDevice() {
    return new UserError(
        "CUDA needs an NVIDIA GPU, and nvidia-smi finds none here: use the CPU build");
  }
}
