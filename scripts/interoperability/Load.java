import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import org.flsl.layers.weights.VitImport;
import org.nd4j.linalg.factory.Nd4j;

/** Prints the seconds, and the seconds of its thread, that an import takes: java -cp flsl.jar Load.java FILE. */
class Load {
  public static void main(String[] files) throws IOException {
    Nd4j.zeros(1);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long busy = threads.getCurrentThreadCpuTime();
    long start = System.nanoTime();
    VitImport.defaults().read(Path.of(files[0]));
    long end = System.nanoTime();
    long busyEnd = threads.getCurrentThreadCpuTime();
    System.out.println((end - start) / 1e9 + " " + (busyEnd - busy) / 1e9);
  }
}
