package org.flsl.layers.kernels;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_scratchpad_md;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Primitives of oneDNN that run one after the other on parts of the same arrays, or in several such
 * lanes beside each other.
 */
final class PrimitiveSequence implements Kernel {
  private static final long LINE = 64;

  /** Memory that begins so many bytes behind the beginning of an array. */
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
  private final List<List<Execution>> lanes = new ArrayList<>();
  private final Address address = new Address();
  private long scratch;
  private long scratchOfLane;
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
    lanes.add(new ArrayList<>());
  }

  /**
   * Begins a lane for the primitives that follow, with scratch memory of its own. Each lane is run
   * by one thread: primitives made inside {@link OneThread}, with scratchpads of their users.
   */
  void nextLane() {
    if (!lanes.get(lanes.size() - 1).isEmpty()) {
      lanes.add(new ArrayList<>());
    }
    scratchOfLane = scratch;
    scratchInUse = scratch;
  }

  /** Adds a primitive, which is given its arguments next. */
  Execution then(primitive primitive) {
    Execution execution = new Execution(primitive);
    lanes.get(lanes.size() - 1).add(execution);
    long bytes =
        dnnl_memory_desc_get_size(
            dnnl_primitive_desc_query_md(
                primitive.get_dnnl_primitive_desc(), dnnl_query_scratchpad_md, 0));
    if (bytes > 0) {
      long before = scratchInUse;
      memory.desc pad =
          new memory.desc(new long[] {bytes}, memory.data_type.u8, memory.format_tag.a);
      execution.with(DNNL_ARG_SCRATCHPAD, scratch(bytes).as(pad));
      scratchInUse = before;
    }
    return execution;
  }

  /** Memory from some byte on, to be seen as whatever lies there. */
  final class Region {
    private final Place place;
    private final long offset;

    private Region(Place place, long offset) {
      this.place = place;
      this.offset = offset;
    }

    /** The region that begins so many bytes later. */
    Region from(long bytes) {
      return new Region(place, offset + bytes);
    }

    memory as(memory.desc desc) {
      memory memory = new memory(desc, engine, new Pointer());
      place.parts.add(new Part(memory, offset));
      return memory;
    }
  }

  Region input(int index) {
    return new Region(inputs.get(index), 0);
  }

  Region output(int index) {
    return new Region(outputs.get(index), 0);
  }

  /** Memory of so many bytes for what is needed only during the run. */
  Region scratch(long bytes) {
    Region region = new Region(outputs.get(outputs.size() - 1), scratchInUse);
    scratchInUse += (bytes + LINE - 1) / LINE * LINE;
    scratch = Math.max(scratch, scratchInUse);
    return region;
  }

  /** Lets the primitives that follow in this lane use its scratch memory for something else. */
  void releaseScratch() {
    scratchInUse = scratchOfLane;
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
      part.memory().set_data_handle(address.to(first + part.offset()));
    }
  }

  @Override
  public long scratch() {
    return scratch / Float.BYTES;
  }

  @Override
  public void run() {
    if (lanes.size() == 1) {
      run(lanes.get(0));
    } else {
      IntStream.range(0, lanes.size())
          .parallel()
          .forEach(lane -> OneThread.run(() -> run(lanes.get(lane))));
    }
  }

  private void run(List<Execution> executions) {
    for (Execution execution : executions) {
      execution.run(stream);
    }
  }
}
