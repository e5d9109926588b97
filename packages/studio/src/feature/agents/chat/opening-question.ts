/** First questions of threads that were just made: each is asked once, by the chat that opens on it. */
const questions = new Map<string, string>()

/** Leaves the first question of a thread to its chat. */
export function leaveQuestion(threadId: string, text: string): void {
  questions.set(threadId, text)
}

/** The first question of a thread, once. */
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
