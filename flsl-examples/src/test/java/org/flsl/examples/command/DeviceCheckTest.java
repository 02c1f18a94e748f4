package org.flsl.examples.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "stands in for nvidia-smi with sh")
class DeviceCheckTest {
  private static DeviceCheck withGpu(String answer) {
    return withSmi("echo '" + answer + "'");
  }

  private static DeviceCheck withSmi(String script) {
    return new DeviceCheck(true, List.of("sh", "-c", script));
  }

  private static String errorOf(DeviceCheck check) {
    return assertThrows(UserError.class, () -> check.check(Device.CUDA)).getMessage();
  }

  @Test
  void aFittingGpuIsNamed() {
    assertEquals("CUDA, NVIDIA A100", withGpu("NVIDIA A100, 8.0").check(Device.CUDA));
    assertEquals("CUDA, NVIDIA L4", withGpu("NVIDIA L4, 8.9").check(Device.AUTO));
  }

  @Test
  void aGpuThatIsTooNewIsRefused() {
    assertEquals(
        "NVIDIA H100 80GB has compute capability 9.0, but ND4J's CUDA 11.6 drives 3.7 to 8.9 only:"
            + " use another GPU, or the CPU build",
        errorOf(withGpu("NVIDIA H100 80GB, 9.0")));
    assertThrows(
        UserError.class,
        () -> withGpu("NVIDIA B200, 10.0").check(Device.AUTO),
        "ten is above nine");
  }

  @Test
  void noDriverOrDeviceIsSaid() {
    assertEquals(
        "CUDA needs an NVIDIA driver, and there is none here (nvidia-smi is missing): install it or"
            + " use the CPU build",
        errorOf(new DeviceCheck(true, List.of("/no/such/nvidia-smi"))));
    String noDevice = "CUDA needs an NVIDIA GPU, and nvidia-smi finds none here: use the CPU build";
    assertEquals(noDevice, errorOf(withSmi("echo 'No devices were found'; exit 6")));
    assertEquals(noDevice, errorOf(withSmi("true")));
  }

  @Test
  void anOldDriverThatKnowsNoCapabilityIsSaid() {
    assertEquals(
        "nvidia-smi does not tell the GPU's compute capability: CUDA 11.6 needs driver 510 or"
            + " later; update the driver or use the CPU build",
        errorOf(withGpu("Tesla K80, [N/A]")));
  }

  @Test
  void theBuildDecidesWhatItCanDo() {
    DeviceCheck cpuBuild = new DeviceCheck(false, List.of("/no/such/nvidia-smi"));
    assertEquals("CPU", cpuBuild.check(Device.AUTO));
    assertEquals("CPU", cpuBuild.check(Device.CPU));
    assertEquals(
        "--device cuda was asked for, but this build is for the CPU: build again with -Dcuda",
        errorOf(cpuBuild));
    assertThrows(UserError.class, () -> withGpu("NVIDIA A100, 8.0").check(Device.CPU));
  }
}
