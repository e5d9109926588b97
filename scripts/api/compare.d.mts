/** What differs between two golden texts of a package, a line for each name; empty where nothing does. */
export function compareApis(before: string, after: string): string[]
