package org.flsl.examples.settings;

import java.util.List;
import java.util.function.BiConsumer;
import org.flsl.examples.command.UserError;

/**
 * One thing that a run can be told: as the flag {@code --name}, or as {@code name} in a YAML file.
 *
 * <p>Everything about it is said once: flags, files, help, checks and the configuration stored with
 * a run are all made from there. A {@link Schema} lists those of a command, each name once.
 */
public final class Setting<T> {
  /** Written where a setting has no value of its own and the program chooses. */
  private static final String AUTO = "auto";

  /** The headings under which help and files list the settings. */
  public enum Section {
    DATA("Data"),
    AUGMENTATION("Augmentation"),
    NETWORK("Network"),
    VIEWS("Views and queries"),
    OBJECTIVE("Objective"),
    TRAINING("Training"),
    RUN("Run");

    private final String title;

    Section(String title) {
      this.title = title;
    }

    /** The heading. */
    public String title() {
      return title;
    }
  }

  private final Section section;
  private final String name;
  private final Kind<T> kind;
  private final T defaultValue;
  private final Role role;
  private final String description;
  private final List<Target<T>> targets;

  /**
   * Where a value goes: a setter of a builder.
   *
   * @param <T> type of the value
   */
  public interface Target<T> {

    /** Hands a value over, if this is a builder of the right kind. */
    void offer(Object builder, T value);

    /** A setter of a kind of builder. */
    static <B, T> Target<T> of(Class<B> kind, BiConsumer<? super B, ? super T> setter) {
      return (builder, value) -> {
        if (kind.isInstance(builder)) {
          setter.accept(kind.cast(builder), value);
        }
      };
    }
  }

  /** What a setting is to a run. */
  private enum Role {
    RESULT,
    PRACTICE,
    PLACE
  }

  private Setting(
      Section section,
      String name,
      Kind<T> kind,
      T defaultValue,
      Role role,
      String description,
      List<Target<T>> targets) {
    this.section = section;
    this.name = name;
    this.kind = kind;
    this.defaultValue = defaultValue;
    this.role = role;
    this.description = description;
    this.targets = List.copyOf(targets);
  }

  /** A setting on which the trained weights depend: a resumed run keeps it. */
  public static <T> Setting<T> of(
      Section section, String name, Kind<T> kind, T defaultValue, String description) {
    return new Setting<>(section, name, kind, defaultValue, Role.RESULT, description, List.of());
  }

  /** A setting that leaves the trained weights as they are: a resumed run may change it. */
  public static <T> Setting<T> practical(
      Section section, String name, Kind<T> kind, T defaultValue, String description) {
    return new Setting<>(section, name, kind, defaultValue, Role.PRACTICE, description, List.of());
  }

  /** A setting that no two runs share, so that a written configuration leaves it out. */
  public static <T> Setting<T> place(
      Section section, String name, Kind<T> kind, T defaultValue, String description) {
    return new Setting<>(section, name, kind, defaultValue, Role.PLACE, description, List.of());
  }

  /** The same setting, for a command that does something else where nothing is said. */
  public Setting<T> withDefault(T value) {
    return new Setting<>(section, name, kind, value, role, description, targets);
  }

  /** The same setting, whose value also goes to these builders. */
  public Setting<T> into(List<Target<T>> builders) {
    return new Setting<>(section, name, kind, defaultValue, role, description, builders);
  }

  /** Hands a value to a builder; null, where the program chooses, changes nothing. */
  void handTo(Object builder, T value) {
    if (value != null) {
      targets.forEach(target -> target.offer(builder, value));
    }
  }

  /** The heading that this one is listed under. */
  public Section section() {
    return section;
  }

  /** The key in files; {@code --name} is the flag. */
  public String name() {
    return name;
  }

  /** Stands for its value in help. */
  public String label() {
    return kind.label();
  }

  /** Null where the program chooses. */
  public T defaultValue() {
    return defaultValue;
  }

  /** Whether the trained weights depend on it. */
  public boolean changesResult() {
    return role == Role.RESULT;
  }

  /** Whether a configuration that is written down holds it. */
  public boolean isWritten() {
    return role != Role.PLACE;
  }

  /** Whether its flag may stand alone for yes. */
  public boolean isYesOrNo() {
    return defaultValue instanceof Boolean;
  }

  /** What it does, in sentences for help. */
  public String description() {
    return description;
  }

  /** A value as flags and files write it. */
  public String write(T value) {
    return value == null ? AUTO : kind.writer().apply(value);
  }

  /**
   * Reads a value.
   *
   * @param origin where the text stands, as errors name it: {@code --batch}, or file and line
   */
  public T read(String text, String origin) {
    return read(text, text, origin);
  }

  /**
   * Reads a value.
   *
   * @param written the text as it stands in a file, for errors
   */
  T read(String text, String written, String origin) {
    if (defaultValue == null && text.equals(AUTO)) {
      return null;
    }
    return kind.reader()
        .apply(text)
        .orElseThrow(
            () ->
                new UserError(
                    "%s is '%s', but has to be %s%s"
                        .formatted(
                            origin,
                            written,
                            kind.expects(),
                            defaultValue == null ? ", or " + AUTO : "")));
  }

  /** Settings of a command are told apart by their names. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Setting<?> that && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name;
  }
}
