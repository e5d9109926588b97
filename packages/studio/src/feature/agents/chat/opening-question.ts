/** The first questions of new threads. The chat that opens a thread asks its question once. */
const questions = new Map<string, string>()

/** Stores the first question of a thread for its chat. */
export function leaveQuestion(threadId: string, text: string): void {
  questions.set(threadId, text)
}

/** Returns the first question of a thread, and forgets it. */
export function takeQuestion(threadId: string): string | undefined {
  const text = questions.get(threadId)
  questions.delete(threadId)
  return text
}

const MAX_TITLE_CHARACTERS = 60

/** A title for a thread that begins with this question. */
export function titleOf(question: string): string {
  const line = question.trim().replaceAll(/\s+/g, ' ')
  if (line.length <= MAX_TITLE_CHARACTERS) return line
  const cut = line.slice(0, MAX_TITLE_CHARACTERS)
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), MAX_TITLE_CHARACTERS / 2)).trimEnd()}…`
}
