// What the tests use of js-yaml, which has no types of its own.
declare module 'js-yaml' {
  /** The documents of a text, read by the schema of YAML 1.2. @throws for what is not YAML, and for two members of one name */
  export function loadAll(text: string): unknown[]
}
