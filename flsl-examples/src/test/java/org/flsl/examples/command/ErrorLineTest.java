package org.flsl.examples.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.flsl.examples.Screen;
import org.flsl.views.ImageFolder;
import org.flsl.views.MultiViewIterator;
import org.flsl.views.ViewConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class ErrorLineTest {
  private final Screen screen = new Screen(false);

  @Command
  private static final class Failing implements Callable<Integer> {
    private final Callable<?> work;

    @Option(names = "--debug")
    private boolean debug;

    Failing(Callable<?> work) {
      this.work = work;
    }

    @Override
    public Integer call() throws Exception {
      work.call();
      return 0;
    }
  }

  private String errorOf(Callable<?> work) {
    CommandLine command = new CommandLine(new Failing(work));
    command.setExecutionExceptionHandler(new ErrorLine(screen.terminal()));
    assertEquals(ErrorLine.FAILED, command.execute());
    return screen.err();
  }

  @Test
  void whatTheUserCannotMendIsCalledUnexpected() {
    String error =
        errorOf(
            () -> {
              throw new IllegalStateException("odd");
            });
    assertTrue(error.contains("unexpected java.lang.IllegalStateException: odd"), error);
  }

  /** Photos of other channels than the network's end a training so. */
  @Test
  void imagesOfWhichNoneCanBeReadAreNoDefect(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("a.jpg"), "text");
    ImageFolder images = ImageFolder.scan(folder);
    String error =
        errorOf(
            () -> {
              try (MultiViewIterator iterator =
                  MultiViewIterator.builder()
                      .images(images)
                      .views(ViewConfig.paper())
                      .batchSize(1)
                      .build()) {
                return iterator.next();
              }
            });
    assertTrue(error.startsWith("error: None of the 1 images in "), error);
  }
}
