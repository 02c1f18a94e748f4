/**
 * The {@code flsl doctor} subcommand: what computes here, and whether it is as fast as it can be.
 */
package org.flsl.examples.doctor;
