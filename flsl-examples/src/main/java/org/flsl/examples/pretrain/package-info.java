/** The command {@code flsl pretrain}: its settings, FLSL's training, and runs to go on with. */
package org.flsl.examples.pretrain;
