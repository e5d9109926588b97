/** The npm that started this script. */
export function npmScript(): string

/** The step that installs a folder's packages by its lock file, unless that very lock file is installed already. */
export function installStep(
  directory: string,
  of?: string,
): { readonly title: string; isDone(): boolean; run(): Promise<void> }
