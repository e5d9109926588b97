/** Whose access is looked at. */
export type Question =
  | { readonly kind: 'caller' }
  | { readonly kind: 'role'; readonly role: string }
  | { readonly kind: 'scopes'; readonly scopes: readonly string[] }

/** The query of `GET /system/access`. An empty list of scopes is sent, too. */
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

/** Describes the answer to a question: “What the role viewer is allowed to do”. */
export function describeQuestion(question: Question): string {
  switch (question.kind) {
    case 'caller':
      return 'What you are allowed to do'
    case 'role':
      return `What the role ${question.role} is allowed to do`
    case 'scopes':
      return 'What these scopes allow'
  }
}
