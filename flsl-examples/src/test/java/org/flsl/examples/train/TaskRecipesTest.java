package org.flsl.examples.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.flsl.examples.command.UserError;
import org.flsl.examples.pretrain.Recipes;
import org.flsl.examples.run.RunSettings;
import org.flsl.examples.settings.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The recipes that are shipped for tasks with labels. */
class TaskRecipesTest {

  static Stream<Task> tasks() {
    return TrainCommand.TASKS.stream();
  }

  private static Config read(Task task, String recipe) {
    return Recipes.read(recipe, List.of(task.name()), task.kind().settings().defaults());
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void everyTaskHasOneOfItsNameThatEndsWithinAnHour(Task task) {
    Config config = read(task, task.name());
    assertTrue(config.get(RunSettings.MINUTES) <= 60);
    assertEquals(0, config.get(TrainSettings.SIZE).height() % 16);
    assertEquals(0, config.get(TrainSettings.SIZE).width() % 16);
  }

  @Test
  void thoseOfOthersAreNone() {
    Task detection = new DetectionTask();
    for (String other : List.of("photos", "segmentation", "none.yaml")) {
      String message = assertThrows(UserError.class, () -> read(detection, other)).getMessage();
      assertTrue(message.contains("the recipes detection, and there is no '" + other), message);
    }
  }
}
