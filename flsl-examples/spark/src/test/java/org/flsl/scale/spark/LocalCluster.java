package org.flsl.scale.spark;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.launcher.JavaModuleOptions;
import org.flsl.examples.command.NativeEnvironment;

/** A master and workers of Spark's standalone cluster, real processes on the loopback interface. */
final class LocalCluster implements AutoCloseable {
  private static final String HOST = "127.0.0.1";

  private final Path folder;
  private final int port;
  private final List<Process> workers = new ArrayList<>();
  private final Process master;

  LocalCluster(Path folder, int size) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder.resolve("jars"));
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
      port = free.getLocalPort();
    }
    master =
        java(
            "master",
            "org.apache.spark.deploy.master.Master",
            List.of("--host", HOST, "--port", "" + port, "--webui-port", "0"));
    for (int i = 0; i < size; i++) {
      workers.add(
          java(
              "worker-" + i,
              "org.apache.spark.deploy.worker.Worker",
              List.of(
                  "--host",
                  HOST,
                  "--webui-port",
                  "0",
                  "--cores",
                  "1",
                  "--memory",
                  "1g",
                  "--work-dir",
                  folder.resolve("work-" + i).toString(),
                  url())));
    }
  }

  String url() {
    return "spark://" + HOST + ":" + port;
  }

  static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** Starts a program of this class path; its output goes into a file of the name. */
  Process java(String name, String main, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx700m");
    command.addAll(List.of(JavaModuleOptions.defaultModuleOptions().split(" ")));
    Map.of(
            "spark.driver.host",
            HOST,
            "spark.driver.bindAddress",
            HOST,
            "spark.ui.enabled",
            "false",
            "spark.executor.memory",
            "700m",
            "spark.executor.cores",
            "1",
            "spark.executor.extraClassPath",
            classPath())
        .forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.add("-cp");
    command.add(classPath());
    command.add(main);
    command.addAll(arguments);
    ProcessBuilder process = new ProcessBuilder(command).redirectErrorStream(true);
    process.redirectOutput(log(name).toFile());
    process
        .environment()
        .putAll(
            Map.of(
                "SPARK_HOME",
                folder.toString(),
                "SPARK_LOCAL_IP",
                HOST,
                "SPARK_SCALA_VERSION",
                "2.12",
                "JAVA_HOME",
                System.getProperty("java.home")));
    process.environment().putAll(NativeEnvironment.environment(Map.of(), "1"));
    process.directory(new File(folder.toString()));
    return process.start();
  }

  Path log(String name) {
    return folder.resolve(name + ".log");
  }

  /** The processes in which tasks run. */
  List<ProcessHandle> executors() {
    return workers.stream().flatMap(Process::descendants).toList();
  }

  @Override
  public void close() {
    executors().forEach(ProcessHandle::destroyForcibly);
    workers.forEach(Process::destroyForcibly);
    master.destroyForcibly();
  }
}
