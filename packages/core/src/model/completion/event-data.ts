const LINE_END = /\r\n|\n|\r/u

/** The most characters of one event. */
const MAX_EVENT = 16 * 2 ** 20

/** Reads the data of server-sent events out of text that comes in pieces. Comments and other fields are left out. */
export class EventData {
  /** The line that has no end yet, in pieces. */
  #open: string[] = []
  #data: string[] = []
  #length = 0
  #endsInReturn = false

  /**
   * Takes the next piece of text.
   * @returns the data of the events that end in it
   * @throws {RangeError} for an event of more than 16 Mi characters
   */
  take(text: string): string[] {
    const piece = this.#endsInReturn && text.startsWith('\n') ? text.slice(1) : text
    if (text !== '') this.#endsInReturn = text.endsWith('\r')
    this.#length += piece.length
    if (this.#length > MAX_EVENT)
      throw new RangeError('The model sent an event that is longer than ${MAX_EVENT} characters.')
    const lines = piece.split(LINE_END)
    const rest = lines.pop() ?? ''
    const events: string[] = []
    for (const line of lines) this.#endLine(this.#open.join('') + line, events)
    if (rest !== '') this.#open.push(rest)
    return events
  }

  #endLine(line: string, events: string[]): void {
    this.#open = []
    if (line === '') {
      if (this.#data.length > 0) events.push(this.#data.join('\n'))
      this.#data = []
      this.#length = 0
    } else if (line.startsWith('data:')) {
      this.#data.push(line.slice(line.startsWith('data: ') ? 6 : 5))
    }
  }

  /** The data of the event that the end of the text has cut off, for servers that leave out its last line end. */
  end(): string[] {
    const events: string[] = []
    this.#endLine(this.#open.join(''), events)
    if (this.#data.length > 0) this.#endLine('', events)
    return events
  }
}
