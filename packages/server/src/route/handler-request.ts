import { RequestError } from '../error/error.js'

function refuse(): never {
  throw new RequestError('request_invalid', 'The body cannot be read.', {
    issues: [{ field: 'body', message: 'The form cannot be read.' }],
  })
}

/**
 * Reads a form of bytes that are there, so that only the form itself can be at fault.
 * @throws {RequestError} `request_invalid`
 */
export async function readForm<Form>(read: () => Promise<Form>): Promise<Form> {
  try {
    return await read()
  } catch {
    return refuse()
  }
}

/**
 * Reads bytes as a form.
 * @throws {RequestError} `request_invalid`
 */
export function parseForm(body: ArrayBuffer, contentType: string): Promise<FormData> {
  return readForm(() => new Response(body, { headers: { 'content-type': contentType } }).formData())
}

/** A request for a handler of the application, to which a form that cannot be read is the client's fault. */
export function handlerRequest(url: string, init: RequestInit): Request {
  return readFormsStrictly(new Request(url, init))
}

function readFormsStrictly(request: Request): Request {
  const clone = request.clone.bind(request)
  return Object.assign(request, {
    formData: async () =>
      await parseForm(await request.arrayBuffer(), request.headers.get('content-type') ?? ''),
    clone: () => readFormsStrictly(clone()),
  })
}
