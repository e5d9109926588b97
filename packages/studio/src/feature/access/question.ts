/** Whose access is looked at. */
export type Question =
  | { readonly kind: 'caller' }
  | { readonly kind: 'role'; readonly role: string }
  | { readonly kind: 'scopes'; readonly scopes: readonly string[] }

/** The question as the query of `GET /system/access`. An empty list of scopes is one all the same. */
export function accessQuery(question: Question): Readonly<Record<string, string>> {
  switch (question.kind) {
    case 'caller':
      return {}
    case 'role':
      return { role: question.role }
    case 'scopes':
      return { permissions: question.scopes.join(' ') }
  }
}

/** Of whom the answer tells: “the role viewer”. */
export function describeQuestion(question: Question): string {
  switch (question.kind) {
    case 'caller':
      return 'you'
    case 'role':
      return `the role ${question.role}`
    case 'scopes':
      return 'these scopes'
  }
}
