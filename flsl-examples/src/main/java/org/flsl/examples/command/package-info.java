/** What every command needs: terminal, errors, logs, relaunch, signals, whole files, locks. */
package org.flsl.examples.command;
