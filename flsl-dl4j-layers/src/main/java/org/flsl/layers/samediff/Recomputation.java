package org.flsl.layers.samediff;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Lets the backward pass compute again what is cheaper to compute than to keep.
 *
 * <p>A sum, difference or product element by element of arrays that are at hand anyway takes one
 * run through memory. Kept, it holds that memory through the whole training step: the output of
 * GELU alone is a fifth of what a transformer block keeps.
 */
final class Recomputation {
  private static final Set<String> CHEAP = Set.of("multiply", "add", "subtract");
  private static final Set<String> SMALL = Set.of("reduce_mean");
  private static final String AGAIN = "#again";

  private final Map<String, Program.Step> producers = new LinkedHashMap<>();
  private final Map<String, String> owner;
  private final Predicate<String> isExternal;
  private final Set<String> kept = new HashSet<>();
  private final Map<String, String> repeated = new HashMap<>();
  private final List<Program.Step> steps = new ArrayList<>();

  /**
   * Prepares for one program.
   *
   * @param owner the variable whose memory a view uses, by view; receives the repeated views
   * @param isExternal whether a variable is an input, a parameter or a constant
   */
  Recomputation(
      List<Program.Step> forward, Map<String, String> owner, Predicate<String> isExternal) {
    this.owner = owner;
    this.isExternal = isExternal;
    for (Program.Step step : forward) {
      step.outputs().forEach(name -> producers.put(name, step));
    }
  }

  /** The name of the variable that {@code name} is, or repeats. */
  static String original(String name) {
    return name.endsWith(AGAIN) ? name.substring(0, name.length() - AGAIN.length()) : name;
  }

  /**
   * Inserts the repeated steps.
   *
   * @param output the layer's output, which DL4J keeps
   */
  List<Program.Step> apply(List<Program.Step> backward, String output) {
    Set<String> needed = new HashSet<>();
    for (Program.Step step : backward) {
      step.inputs().forEach(input -> needed.add(ownerOf(input)));
    }
    // In the order of the forward pass: what a step could be repeated from is decided before it.
    for (String name : producers.keySet()) {
      if (needed.contains(name) && (name.equals(ownerOf(output)) || !canRepeat(name))) {
        kept.add(name);
      } else if (needed.contains(name)) {
        keepSmallInputs(name);
      }
    }
    for (Program.Step step : backward) {
      List<String> inputs = new ArrayList<>();
      step.inputs().forEach(input -> inputs.add(again(input)));
      // A view that the backward pass itself makes of what is repeated.
      step.outputs().stream()
          .filter(owner::containsKey)
          .forEach(view -> owner.put(view, ownerOf(inputs.get(0))));
      steps.add(step.of(List.copyOf(inputs), step.outputs()));
    }
    return steps;
  }

  private boolean canRepeat(String name) {
    Program.Step step = producers.get(name);
    return isCheap(step) && step.inputs().stream().allMatch(this::isAtHand);
  }

  private static boolean isCheap(Program.Step step) {
    return step instanceof Program.OpStep s
        ? CHEAP.contains(s.op().opName())
        : ((Program.KernelStep) step).operation().isCheap();
  }

  private boolean isAtHand(String view) {
    String name = ownerOf(view);
    return isExternal.test(name) || kept.contains(name) || isSmall(name) || canRepeat(name);
  }

  /** One number a row: keeping it costs nothing. */
  private boolean isSmall(String name) {
    return producers.get(name) instanceof Program.OpStep step && SMALL.contains(step.op().opName());
  }

  private void keepSmallInputs(String name) {
    for (String input : producers.get(name).inputs()) {
      String base = ownerOf(input);
      if (producers.containsKey(base) && !kept.contains(base)) {
        if (isSmall(base)) {
          kept.add(base);
        } else {
          keepSmallInputs(base);
        }
      }
    }
  }

  /** The name under which the backward pass finds {@code name}, after computing it if necessary. */
  private String again(String name) {
    String base = ownerOf(name);
    if (!producers.containsKey(name) || isExternal.test(base) || kept.contains(base)) {
      return name;
    }
    String known = repeated.get(name);
    if (known != null) {
      return known;
    }
    Program.Step step = producers.get(name);
    List<String> inputs = new ArrayList<>();
    step.inputs().forEach(input -> inputs.add(again(input)));
    String result = name + AGAIN;
    if (!name.equals(base)) {
      owner.put(result, ownerOf(inputs.get(0)));
    }
    steps.add(step.of(List.copyOf(inputs), step.outputs().stream().map(o -> o + AGAIN).toList()));
    step.outputs().forEach(output -> repeated.put(output, output + AGAIN));
    return result;
  }

  private String ownerOf(String name) {
    return owner.getOrDefault(name, name);
  }
}
