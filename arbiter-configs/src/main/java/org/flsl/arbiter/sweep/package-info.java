/** The command {@code flsl sweep}: sweeps as files, tables and pictures. */
package org.flsl.arbiter.sweep;
