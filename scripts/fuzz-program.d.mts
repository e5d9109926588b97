/**
 * Bundles what is in test/fuzz. Returns the file that is to be run.
 * @param directory - within the project, so that its packages are found
 */
export function buildFuzzProgram(directory: string): string
