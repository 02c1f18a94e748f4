package org.flsl.examples.command;

import java.util.Map;

/**
 * What a command needs of the process around it.
 *
 * @param relaunch gets the native library what it needs in the environment
 * @param environment that of this process
 */
public record Surroundings(Terminal terminal, Relaunch relaunch, Map<String, String> environment) {}
