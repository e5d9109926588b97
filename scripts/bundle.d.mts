export function bundle(directory: string, main: string): void
