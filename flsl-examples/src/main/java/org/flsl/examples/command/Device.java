package org.flsl.examples.command;

/** Where to compute. */
public enum Device {
  AUTO,
  CPU,
  CUDA
}
