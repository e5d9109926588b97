import type { ModelMessage, ToolModelMessage, UserModelMessage } from 'ai'
import type { ModelObject } from '../model/model-object.js'

type ResultPart = Extract<ToolModelMessage['content'][number], { type: 'tool-result' }>
type Output = Extract<ResultPart['output'], { type: 'content' }>
type UserPart = Exclude<UserModelMessage['content'], string>[number]
type FileItem = Extract<Output['value'][number], { type: 'file' }>

function isFile(item: Output['value'][number]): item is FileItem {
  return item.type === 'file'
}

function filesOf(part: ToolModelMessage['content'][number]): readonly FileItem[] {
  if (part.type !== 'tool-result' || part.output.type !== 'content') return []
  return part.output.value.filter(isFile)
}

/** The result without its files: they follow in the next message. */
function withoutFiles(
  part: ToolModelMessage['content'][number],
): ToolModelMessage['content'][number] {
  const count = filesOf(part).length
  if (part.type !== 'tool-result' || part.output.type !== 'content' || count === 0) return part
  const texts = part.output.value.flatMap((item) => (item.type === 'text' ? item.text : []))
  const note = `[${count === 1 ? '1 picture follows' : `${count} pictures follow`} in the next message]`
  return { ...part, output: { type: 'text', value: [...texts, note].join('\n') } }
}

function toUserMessage(files: readonly FileItem[]): UserModelMessage {
  const parts = files.map(({ data, mediaType }): UserPart => ({ type: 'file', data, mediaType }))
  const text = 'Pictures that the tools returned:'
  return { role: 'user', content: [{ type: 'text', text }, ...parts] }
}

/** Whether a model is asked by chat completions, whose results of tools hold nothing but texts. */
function takesTextAlone({ provider }: ModelObject): boolean {
  return provider.endsWith('.chat')
}

/**
 * Puts pictures that tools returned where the model sees them: for chat completions into a message of the user behind the
 * results; others take them in the results.
 */
export function placePictures(
  messages: readonly ModelMessage[],
  model: ModelObject,
): readonly ModelMessage[] {
  if (!takesTextAlone(model)) return messages
  const hasFiles = messages.some(
    ({ role, content }) => role === 'tool' && content.some((part) => filesOf(part).length > 0),
  )
  if (!hasFiles) return messages
  const placed: ModelMessage[] = []
  let files: FileItem[] = []
  for (const message of messages) {
    if (message.role !== 'tool' && files.length > 0) {
      placed.push(toUserMessage(files))
      files = []
    }
    if (message.role === 'tool') {
      files.push(...message.content.flatMap(filesOf))
      placed.push({ ...message, content: message.content.map(withoutFiles) })
    } else placed.push(message)
  }
  if (files.length > 0) placed.push(toUserMessage(files))
  return placed
}
