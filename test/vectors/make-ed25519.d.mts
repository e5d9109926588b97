/** The text of `ed25519.jsonl`: the same for each call. */
export function makeEd25519Vectors(): string
