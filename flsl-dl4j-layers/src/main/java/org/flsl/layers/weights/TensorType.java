package org.flsl.layers.weights;

import java.nio.ByteBuffer;

/** What the numbers of a stored tensor are; the names are those of safetensors. */
public enum TensorType {
  /** Double precision. */
  F64(8, "DoubleStorage", "f8"),
  /** Single precision. */
  F32(4, "FloatStorage", "f4"),
  /** Half precision: 5 bits of exponent, 10 of fraction. */
  F16(2, "HalfStorage", "f2"),
  /** The upper half of single precision; NumPy has no such type. */
  BF16(2, "BFloat16Storage", "bf16"),
  /** Whole numbers of 64 bits. */
  I64(8, "LongStorage", "i8"),
  /** Whole numbers of 32 bits. */
  I32(4, "IntStorage", "i4"),
  /** Whole numbers of 16 bits. */
  I16(2, "ShortStorage", "i2"),
  /** Whole numbers of 8 bits. */
  I8(1, "CharStorage", "i1"),
  /** Numbers from 0 to 255. */
  U8(1, "ByteStorage", "u1"),
  /** True or false. */
  BOOL(1, "BoolStorage", "b1");

  private final int bytes;
  private final String torchStorage;
  private final String numpy;

  TensorType(int bytes, String torchStorage, String numpy) {
    this.bytes = bytes;
    this.torchStorage = torchStorage;
    this.numpy = numpy;
  }

  /** Bytes of one number. */
  public int bytes() {
    return bytes;
  }

  /** The class of PyTorch that stores such numbers. */
  String torchStorage() {
    return torchStorage;
  }

  /** NumPy's name, without the byte order. */
  String numpy() {
    return numpy;
  }

  /** The number that begins at a byte of a buffer; rounded where a float cannot hold it. */
  float read(ByteBuffer buffer, int at) {
    return switch (this) {
      case F64 -> (float) buffer.getDouble(at);
      case F32 -> buffer.getFloat(at);
      case F16 -> half(buffer.getShort(at));
      case BF16 -> Float.intBitsToFloat(buffer.getShort(at) << 16);
      case I64 -> buffer.getLong(at);
      case I32 -> buffer.getInt(at);
      case I16 -> buffer.getShort(at);
      case I8 -> buffer.get(at);
      case U8 -> buffer.get(at) & 0xff;
      case BOOL -> buffer.get(at) == 0 ? 0 : 1;
    };
  }

  /** Java has {@code Float.float16ToFloat} from release 20 on only. */
  private static float half(short bits) {
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    float size =
        switch (exponent) {
          case 0 -> fraction * 0x1p-24f;
          case 0x1f -> fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
          default -> Float.intBitsToFloat(exponent + 112 << 23 | fraction << 13);
        };
    return bits < 0 ? -size : size;
  }
}
