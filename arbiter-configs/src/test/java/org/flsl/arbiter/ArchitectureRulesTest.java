package org.flsl.arbiter;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.flsl.examples.AddFlslToYourProject;
import org.flsl.examples.Main;
import org.flsl.examples.command.Terminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The arrows of docs/architecture.md, here where the classes of all modules are seen. */
class ArchitectureRulesTest {
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.flsl");

  private static JavaClasses in(String room) {
    JavaClasses classes =
        MAIN.that(
            DescribedPredicate.describe(
                "in " + room, type -> (type.getPackageName() + ".").startsWith(room + ".")));
    assertTrue(classes.size() > 1, room);
    return classes;
  }

  /** What a room may know of this project, beside itself: packages with those in them, or types. */
  @ParameterizedTest
  @CsvSource({
    "layers,",
    "schedules,",
    "views,",
    "losses, layers schedules",
    "training, layers losses schedules views",
    "evaluation, layers losses schedules training views",
    "evaluation.data, layers.TokenGrid views",
    "downstream, layers losses schedules training views evaluation",
    "examples, layers losses schedules training views evaluation downstream"
  })
  void aRoomKnowsOnlyThoseBelowIt(String room, String below) {
    String known = room + (below == null ? "" : "|" + below.replace(' ', '|'));
    classes()
        .should()
        .onlyDependOnClassesThat()
        .haveNameMatching(
            "(?!org\\.flsl\\.).*|org\\.flsl\\.(%s)(\\..*)?".formatted(known.replace(".", "\\.")))
        .check(in("org.flsl." + room));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "layers",
        "losses",
        "schedules",
        "training",
        "views",
        "evaluation",
        "downstream",
        "arbiter"
      })
  void packagesHaveNoCycles(String room) {
    slices().matching("org.flsl.(**)").should().beFreeOfCycles().check(in("org.flsl." + room));
  }

  @Test
  void roomsOfTheCommandHaveNoCycles() {
    // Main stands above all rooms, and what it shares with them is no room.
    slices()
        .matching("org.flsl.examples.(*)..")
        .should()
        .beFreeOfCycles()
        .check(in(Main.class.getPackageName()));
  }

  @Test
  void onlyTheCommandPrintsAndThroughItsTerminal() {
    noClasses()
        .that(
            DescribedPredicate.not(
                JavaClass.Predicates.belongToAnyOf(Terminal.class, AddFlslToYourProject.class)))
        .should(ACCESS_STANDARD_STREAMS)
        .check(MAIN);
  }
}
