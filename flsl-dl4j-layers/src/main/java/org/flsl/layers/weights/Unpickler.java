package org.flsl.layers.weights;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Reads Python's pickles as far as weights need it, and runs nothing that they say.
 *
 * <p>A pickle is a program that may call any function of Python by its name. This reader knows the
 * few that rebuild tensors and ordered dicts, and does by itself what they would do; every other
 * name is refused before anything is made of it. Memory grows with the length of the pickle at
 * most, and nothing here recurses.
 *
 * <p>What it makes: maps, lists, tuples as {@code Object[]}, strings, {@code Long}, {@code
 * BigInteger}, {@code Double}, {@code Boolean}, {@code byte[]}, null, and {@link Tensor}.
 */
final class Unpickler {
  private static final int DEEPEST = 64;
  private static final int MOST_OBJECTS = 2_000_000;
  private static final int LONGEST_NAME = 100;
  private static final Object MARK = new Object();

  /** A function or class that a pickle may name. */
  private enum Known {
    ORDERED_DICT("collections.OrderedDict"),
    TENSOR("torch._utils._rebuild_tensor"),
    TENSOR_V2("torch._utils._rebuild_tensor_v2"),
    PARAMETER("torch._utils._rebuild_parameter");

    private final String name;

    Known(String name) {
      this.name = name;
    }
  }

  private final ByteBuffer in;
  private final Function<Object[], Storage> storages;
  private final List<Object> stack = new ArrayList<>();
  private final Map<Integer, Object> memo = new HashMap<>();
  private final Map<Object, Integer> depths = new IdentityHashMap<>();

  /**
   * @param in the pickle, from its position on
   * @param storages finds the storage that a tensor names, by what the pickle says of it
   */
  Unpickler(ByteBuffer in, Function<Object[], Storage> storages) {
    this.in = in.order(ByteOrder.LITTLE_ENDIAN);
    this.storages = storages;
  }

  /** A pickle of plain values. */
  Unpickler(ByteBuffer in) {
    this(
        in,
        tensor -> {
          throw damaged("the pickle has a tensor where none belongs");
        });
  }

  private static WeightsException damaged(String what) {
    return new WeightsException(what + ": the file is damaged, or holds no weights");
  }

  /**
   * Reads one pickle; the buffer stands behind it then.
   *
   * @throws WeightsException if it names what weights do not need, or is damaged
   */
  Object read() {
    try {
      for (int instruction; (instruction = in.get() & 0xff) != '.'; ) {
        carryOut(instruction);
        if (stack.size() > MOST_OBJECTS || memo.size() > MOST_OBJECTS) {
          throw damaged("the pickle holds more than %d objects".formatted(MOST_OBJECTS));
        }
      }
      return pop();
    } catch (BufferUnderflowException e) {
      throw damaged("the pickle ends in the middle");
    } catch (ClassCastException | NullPointerException | IndexOutOfBoundsException e) {
      throw damaged("the pickle contradicts itself");
    }
  }

  private void carryOut(int instruction) {
    switch (instruction) {
      case 0x80 -> in.get(); // protocol
      case 0x95 -> in.getLong(); // frame
      case '(' -> push(MARK);
      case '0' -> pop();
      case '1' -> popToMark();
      case '2' -> push(peek());
      case 'N' -> push(null);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) in.getInt());
      case 'K' -> push((long) unsignedByte());
      case 'M' -> push((long) (in.getShort() & 0xffff));
      case 0x8a -> push(integer(bytes(unsignedByte())));
      case 0x8b -> push(integer(bytes(in.getInt())));
      case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
      case 'X', 'T' -> push(text(in.getInt())); // T and U: text of Python 2
      case 0x8c, 'U' -> push(text(unsignedByte()));
      case 0x8d -> push(text(in.getLong()));
      case 'B' -> push(bytes(in.getInt()));
      case 'C' -> push(bytes(unsignedByte()));
      case 0x8e -> push(bytes(in.getLong()));
      case ']' -> push(new ArrayList<>());
      case 'l' -> push(list(new ArrayList<>(), popToMark()));
      case 'a' -> list(peekBelow(1), pop(1));
      case 'e' -> {
        List<Object> items = popToMark();
        list(peek(), items);
      }
      case ')' -> push(new Object[0]);
      case 't' -> push(tuple(popToMark()));
      case 0x85, 0x86, 0x87 -> push(tuple(pop(instruction - 0x84)));
      case '}' -> push(new LinkedHashMap<>());
      case 'd' -> push(dict(new LinkedHashMap<>(), popToMark()));
      case 's' -> dict(peekBelow(2), pop(2));
      case 'u' -> {
        List<Object> items = popToMark();
        dict(peek(), items);
      }
      case 'c' -> push(known(line() + "." + line()));
      case 0x93 -> {
        List<Object> name = pop(2);
        push(known(name.get(0) + "." + name.get(1)));
      }
      case 'R' -> {
        List<Object> call = pop(2);
        push(rebuild(call.get(0), (Object[]) call.get(1)));
      }
      case 'b' -> build();
      case 'Q' -> push(storages.apply((Object[]) pop()));
      case 'q' -> memo.put(unsignedByte(), peek());
      case 'r' -> memo.put(in.getInt(), peek());
      case 0x94 -> memo.put(memo.size(), peek());
      case 'h' -> push(recall(unsignedByte()));
      case 'j' -> push(recall(in.getInt()));
      default ->
          throw damaged(
              "the pickle has the instruction 0x%02x, which weights do not need"
                  .formatted(instruction));
    }
  }

  private void push(Object value) {
    stack.add(value);
  }

  private Object peek() {
    return peekBelow(0);
  }

  private Object peekBelow(int values) {
    return stack.get(stack.size() - 1 - values);
  }

  private Object pop() {
    return stack.remove(stack.size() - 1);
  }

  private List<Object> pop(int count) {
    return cut(stack.size() - count, stack.size() - count);
  }

  private List<Object> popToMark() {
    int mark = stack.size() - 1;
    while (stack.get(mark) != MARK) {
      mark--;
    }
    return cut(mark + 1, mark);
  }

  /** Takes the values from one place on, and shortens the stack to another. */
  private List<Object> cut(int from, int remaining) {
    List<Object> values = new ArrayList<>(stack.subList(from, stack.size()));
    stack.subList(remaining, stack.size()).clear();
    return values;
  }

  private Object recall(int number) {
    if (!memo.containsKey(number)) {
      throw damaged("the pickle recalls what it never kept");
    }
    return memo.get(number);
  }

  private int unsignedByte() {
    return in.get() & 0xff;
  }

  private byte[] bytes(long length) {
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[(int) length];
    in.get(bytes);
    return bytes;
  }

  private String text(long length) {
    return new String(bytes(length), StandardCharsets.UTF_8);
  }

  private String line() {
    int start = in.position();
    while (in.get() != '\n') {
      // To the end of the line.
    }
    int length = in.position() - 1 - start;
    return StandardCharsets.UTF_8.decode(in.slice(start, length)).toString();
  }

  private static Object integer(byte[] littleEndian) {
    byte[] bigEndian = new byte[littleEndian.length];
    for (int i = 0; i < bigEndian.length; i++) {
      bigEndian[i] = littleEndian[littleEndian.length - 1 - i];
    }
    BigInteger value = bigEndian.length == 0 ? BigInteger.ZERO : new BigInteger(bigEndian);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  @SuppressWarnings("unchecked")
  private Object list(Object list, List<Object> items) {
    ((List<Object>) list).addAll(items);
    return nested(list, items);
  }

  private Object tuple(List<Object> items) {
    return nested(items.toArray(), items);
  }

  @SuppressWarnings("unchecked")
  private Object dict(Object dict, List<Object> keysAndValues) {
    Map<Object, Object> map = (Map<Object, Object>) dict;
    for (int i = 0; i < keysAndValues.size(); i += 2) {
      Object key = keysAndValues.get(i);
      if (key instanceof List || key instanceof Map) {
        throw damaged("the pickle has a list or dict as key of a dict");
      }
      map.put(key, keysAndValues.get(i + 1));
    }
    return nested(dict, keysAndValues);
  }

  /** Keeps account of how deep containers lie in each other. */
  private Object nested(Object container, List<Object> items) {
    int depth = depths.getOrDefault(container, 1);
    for (Object item : items) {
      depth = Math.max(depth, 1 + depths.getOrDefault(item, 0));
    }
    if (depth > DEEPEST) {
      throw damaged("the pickle nests containers deeper than " + DEEPEST);
    }
    depths.put(container, depth);
    return container;
  }

  /** Storages are known by their type; all others by a list. */
  private static Object known(String name) {
    for (Known known : Known.values()) {
      if (known.name.equals(name)) {
        return known;
      }
    }
    for (TensorType type : TensorType.values()) {
      if (name.equals("torch." + type.torchStorage())) {
        return type;
      }
    }
    throw new WeightsException(
        "it pickles %s, which is no tensor, and nothing of it was run: save the state dict alone, torch.save(model.state_dict(), file), or safetensors"
            .formatted(
                name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) + "…" : name));
  }

  private Object rebuild(Object function, Object[] arguments) {
    if (!(function instanceof Known known)) {
      throw damaged("the pickle calls what is no function");
    }
    return switch (known) {
      case ORDERED_DICT -> orderedDict(arguments);
      case TENSOR, TENSOR_V2 ->
          new Tensor(
              (Storage) arguments[0],
              (long) arguments[1],
              numbers(arguments[2]),
              numbers(arguments[3]));
      case PARAMETER -> (Tensor) arguments[0];
    };
  }

  private Object orderedDict(Object[] arguments) {
    Map<Object, Object> dict = new LinkedHashMap<>();
    if (arguments.length > 0) {
      List<Object> keysAndValues = new ArrayList<>();
      for (Object pair : (List<?>) arguments[0]) {
        keysAndValues.addAll(pair instanceof List<?> l ? l : Arrays.asList((Object[]) pair));
      }
      dict(dict, keysAndValues);
    }
    return dict;
  }

  private static long[] numbers(Object tuple) {
    return Arrays.stream((Object[]) tuple).mapToLong(value -> (Long) value).toArray();
  }

  /** State dicts carry attributes, the versions of their modules, which are of no use here. */
  private void build() {
    pop();
    if (!(peek() instanceof Map)) {
      throw damaged("the pickle sets the state of what has none");
    }
  }
}
