package org.flsl.scale.spark;

import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.flsl.examples.command.NativeEnvironment;
import org.flsl.examples.command.Problems;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.Settings;
import org.flsl.examples.settings.Config;

/** A cluster, set up for what trains there: results of any size, arrays beside the heap. */
final class SparkCluster {
  private SparkCluster() {}

  /**
   * Begins to use a cluster.
   *
   * @param config says how many threads a task has
   * @param name of what runs, if Spark is not told another
   * @param afterLoss what becomes of the task of an executor that is lost
   */
  static JavaSparkContext open(String master, Config config, String name, String afterLoss) {
    SparkConf conf =
        new SparkConf()
            .setMaster(master)
            .setIfMissing("spark.app.name", name)
            // A state is larger than what Spark takes for a mistake.
            .setIfMissing("spark.driver.maxResultSize", "0")
            // Weights and moments are as good as random to a compressor.
            .setIfMissing("spark.broadcast.compress", "false")
            .setIfMissing("spark.shuffle.compress", "false")
            .setIfMissing(
                "spark.executor.extraJavaOptions",
                // Off the heap, where ND4J's arrays are, there is no other limit than the
                // machine's.
                "-Dorg.bytedeco.javacpp.maxbytes=0 -Dorg.bytedeco.javacpp.maxphysicalbytes=0");
    Map<String, String> environment =
        NativeEnvironment.environment(System.getenv(), config.text(Settings.THREADS));
    environment.forEach((variable, value) -> conf.setExecutorEnv(variable, value));
    JavaSparkContext spark = connected(conf);
    spark.sc().addSparkListener(new LostExecutors(afterLoss));
    return spark;
  }

  private static JavaSparkContext connected(SparkConf conf) {
    try {
      return new JavaSparkContext(conf);
    } catch (Exception e) {
      // Scala declares none: those of Spark are checked ones all the same.
      throw new UserError(
          "Spark cannot begin on %s: %s".formatted(conf.get("spark.master"), Problems.firstLine(e)),
          e);
    }
  }
}
