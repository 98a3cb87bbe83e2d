import t from 'tap'
import { maxZoom, squareCrop } from './square-crop.js'

t.test('an area of the preview becomes pixels of the upright picture', async (t) => {
  const centred = { x: 12.5, y: 0, width: 75, height: 100 }
  t.same(squareCrop(centred, { width: 4032, height: 3024 }), { x: 504, y: 0, width: 3024, height: 3024 })
  const corner = { x: 75, y: 66.666, width: 25, height: 33.334 }
  t.same(squareCrop(corner, { width: 4032, height: 3024 }), { x: 3024, y: 2016, width: 1008, height: 1008 })
})

t.test('rounding never leaves the picture', async (t) => {
  for (let width = 1; width <= 60; width += 1) {
    for (let height = 1; height <= 60; height += 7) {
      for (const at of [0, 33.3, 50.1, 99.9, 100]) {
        for (const extent of [0, 0.4, 49.6, 99.7, 100]) {
          const crop = squareCrop({ x: at, y: at, width: extent, height: extent }, { width, height })
          const inside =
            crop.x >= 0 &&
            crop.y >= 0 &&
            crop.width >= 1 &&
            crop.width === crop.height &&
            crop.x + crop.width <= width &&
            crop.y + crop.height <= height &&
            Object.values(crop).every(Number.isInteger)
          if (!inside) t.fail(`${at} ${extent} of ${width} × ${height}`, crop)
        }
      }
    }
  }
})

t.test('zoom ends before a crop becomes tiny', async (t) => {
  t.equal(maxZoom({ width: 16, height: 16 }), 1)
  t.equal(maxZoom({ width: 400, height: 192 }), 2)
  t.equal(maxZoom({ width: 8000, height: 6000 }), 10)
})
