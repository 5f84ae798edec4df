import type Dockerode from 'dockerode'
import type { BuiltImage } from '../../core/build/index.ts'
import { createLimit, type Limit } from '../../core/async/limit.ts'
import { sendImage, type Delivery, type KnownImages } from './send.ts'
import { sharedImages, type Asked } from './share.ts'

/** The images of one engine, to be sent to others. */
export interface ImageSource {
  /**
   * Makes an engine have an image under its name; sends only the layers that it lacks. Ask for several at once: those that
   * it needs are read together, so that layers they share are read once, and sent one after the other.
   */
  send(target: Dockerode, image: BuiltImage, delivery: Delivery): Promise<void>
}

/** What is on its way to one engine. */
interface Queue {
  /** One image at a time. */
  readonly turn: Limit
  /** Of how many images it is not known yet whether they are needed there. */
  undecided: number
  readonly asked: Asked
  readonly known: KnownImages
}

/** Images of an engine, each saved once however many hosts need it at a time, and gone when the last has it. */
export function imageSource(engine: Dockerode | (() => Promise<Dockerode>)): ImageSource {
  const images = sharedImages(typeof engine === 'function' ? engine : () => Promise.resolve(engine))
  const queues = new WeakMap<Dockerode, Queue>()
  const queueOf = (target: Dockerode): Queue => {
    const queue = queues.get(target) ?? { turn: createLimit(1), undecided: 0, asked: [], known: new Map() }
    queues.set(target, queue)
    return queue
  }
  return {
    async send(target, image, delivery) {
      const queue = queueOf(target)
      queue.undecided++
      let isDecided = false
      const decide = (): void => {
        if (isDecided) return
        isDecided = true
        queue.undecided--
        // Only once it is known which of the others that engine needs: they are read together.
        if (queue.undecided === 0) images.save(queue.asked)
      }
      try {
        await sendImage(
          target,
          image,
          (task) => {
            const shared = images.ask(image.id, queue.asked)
            decide()
            // The next image may be read here while this one is sent, but finds the layers of this one there.
            return images.use(shared, delivery.signal, (archive) => queue.turn(() => task(archive)))
          },
          delivery,
          queue.known,
        )
      } finally {
        decide()
      }
    },
  }
}
