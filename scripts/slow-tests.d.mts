/** Whether a test file starts a process, a browser or a database. */
export function startsSomething(root: string, file: string): boolean
/** The test files that `npm test -- --fast` leaves out, as paths from the root. */
export function slowTests(root: string): string[]
