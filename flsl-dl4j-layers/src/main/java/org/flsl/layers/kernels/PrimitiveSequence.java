package org.flsl.layers.kernels;

import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Primitives of oneDNN that run one after the other on parts of the same arrays. */
final class PrimitiveSequence implements Kernel {
  private static final long LINE = 64 / Float.BYTES;

  /** Memory that begins so many elements behind the first one of an array. */
  private record Part(memory memory, long offset) {}

  /** An input or output: how the primitives see it, and the array that is bound to it. */
  private static final class Place {
    final List<Part> parts = new ArrayList<>();

    /** Kept since ND4J frees an array that nobody refers to, whoever still has its address. */
    INDArray array;
  }

  /** A pointer to wherever it is told to point. */
  private static final class Address extends Pointer {
    Address to(long value) {
      address = value;
      return this;
    }
  }

  /** A primitive and its arguments. */
  static final class Execution {
    private final primitive primitive;
    private final dnnl_primitive handle;
    private final Map<Integer, memory> memories = new LinkedHashMap<>();
    private dnnl_exec_arg_t arguments;

    private Execution(primitive primitive) {
      this.primitive = primitive;
      this.handle = primitive.get();
    }

    /** Adds an argument: oneDNN's number for it, and its memory. */
    Execution with(int argument, memory memory) {
      memories.put(argument, memory);
      return this;
    }

    private void run(dnnl_stream stream) {
      if (arguments == null) {
        arguments = new dnnl_exec_arg_t(memories.size());
        memories.forEach(
            (argument, memory) -> {
              arguments.arg(argument).memory(memory.get());
              arguments.position(arguments.position() + 1);
            });
        arguments.position(0);
      }
      int status = dnnl_primitive_execute(handle, stream, memories.size(), arguments);
      if (status != 0) {
        throw new IllegalStateException("oneDNN's " + primitive.get_kind() + ": status " + status);
      }
    }
  }

  private final engine engine;
  private final dnnl_stream stream;
  private final List<Place> inputs = new ArrayList<>();
  private final List<Place> outputs = new ArrayList<>();
  private final List<Execution> executions = new ArrayList<>();
  private final Address address = new Address();
  private long scratch;
  private long scratchInUse;

  PrimitiveSequence(engine engine, stream stream, int inputs, int outputs) {
    this.engine = engine;
    this.stream = stream.get();
    for (int i = 0; i < inputs; i++) {
      this.inputs.add(new Place());
    }
    for (int i = 0; i < outputs + 1; i++) {
      this.outputs.add(new Place());
    }
  }

  /** Adds a primitive, which is given its arguments next. */
  Execution then(primitive primitive) {
    Execution execution = new Execution(primitive);
    executions.add(execution);
    return execution;
  }

  /** Input {@code index} as {@code desc} describes it. */
  memory input(int index, memory.desc desc) {
    return input(index, desc, 0);
  }

  /** The same from element {@code offset} on. */
  memory input(int index, memory.desc desc, long offset) {
    return part(inputs.get(index), desc, offset);
  }

  /** Output {@code index} as {@code desc} describes it. */
  memory output(int index, memory.desc desc) {
    return output(index, desc, 0);
  }

  /** The same from element {@code offset} on. */
  memory output(int index, memory.desc desc, long offset) {
    return part(outputs.get(index), desc, offset);
  }

  /** Memory for what is needed only during the run, seen in several ways. */
  memory[] scratch(memory.desc... descs) {
    memory[] memories = new memory[descs.length];
    for (int i = 0; i < descs.length; i++) {
      memories[i] = part(outputs.get(outputs.size() - 1), descs[i], scratchInUse);
    }
    long elements = (descs[0].get_size() + Float.BYTES - 1) / Float.BYTES;
    scratchInUse += (elements + LINE - 1) / LINE * LINE;
    scratch = Math.max(scratch, scratchInUse);
    return memories;
  }

  /** Lets the primitives that follow use the same scratch memory for something else. */
  void releaseScratch() {
    scratchInUse = 0;
  }

  private memory part(Place place, memory.desc desc, long offset) {
    memory memory = new memory(desc, engine, new Pointer());
    place.parts.add(new Part(memory, offset));
    return memory;
  }

  @Override
  public void bindInput(int index, INDArray array) {
    bind(inputs.get(index), array);
  }

  @Override
  public void bindOutput(int index, INDArray array) {
    bind(outputs.get(index), array);
  }

  private void bind(Place place, INDArray array) {
    place.array = array;
    // A view's buffer has the address of what it is a view of.
    long first = array.data().address() + array.offset() * Float.BYTES;
    for (Part part : place.parts) {
      part.memory().set_data_handle(address.to(first + part.offset() * Float.BYTES));
    }
  }

  @Override
  public long scratch() {
    return scratch;
  }

  @Override
  public void run() {
    for (Execution execution : executions) {
      execution.run(stream);
    }
  }
}
