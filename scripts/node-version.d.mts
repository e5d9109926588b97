/** Why a version of Node.js, such as `18.20.4`, is too old; undefined where it is not. */
export function nodeProblem(version: string): string | undefined
