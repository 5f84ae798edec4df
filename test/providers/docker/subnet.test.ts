import { describe, expect, it } from 'vitest'
import { overlap, parseAddress, parseCidr, showCidr } from '../../../src/core/cidr.ts'
import { assignAddresses, chooseSubnet, parseRoutes, uplinkOf } from '../../../src/providers/docker/subnet.ts'

const taken = (...ranges: string[]) =>
  ranges.flatMap((text) => {
    const range = parseCidr(text)
    return range ? [{ range, by: `network of ${text}` }] : []
  })

describe('an IPv4 range', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['192.168.60.17/24', '192.168.60.0/24'],
    ['255.255.255.255/32', '255.255.255.255/32'],
    ['1.2.3.4/0', '0.0.0.0/0'],
  ])('%s begins where ranges of its size can: %s', (text, shown) => {
    const range = parseCidr(text)
    expect(range && showCidr(range)).toBe(shown)
  })

  it.each([
    '',
    '10.0.0.0',
    '10.0.0/8',
    '10.0.0.256/8',
    '10.0.0.0/33',
    'fe80::1/64',
    '10.0.0.0/8 ',
    '0x1.0.0.0/8',
  ])('%j is none', (text) => expect(parseCidr(text)).toBeUndefined())

  it.each([
    ['192.168.60.0/24', '192.168.60.0/24', true],
    ['192.168.60.0/24', '192.168.61.0/24', false],
    ['192.168.48.0/20', '192.168.60.0/24', true],
    ['192.168.60.0/24', '192.168.60.255/32', true],
    ['0.0.0.0/0', '10.0.0.0/8', true],
    ['128.0.0.0/1', '192.168.0.0/16', true],
  ])('%s and %s share addresses: %s', (a, b, shared) => {
    const [one, other] = [parseCidr(a), parseCidr(b)]
    if (!one || !other) throw new Error('a range of this test is wrong')
    expect([overlap(one, other), overlap(other, one)]).toEqual([shared, shared])
  })

  it('knows no address with too many or too few parts', () => {
    expect([parseAddress('1.2.3'), parseAddress('1.2.3.4.5'), parseAddress('1.2.3.4')]).toEqual([
      undefined,
      undefined,
      16_909_060,
    ])
  })
})

describe('the subnet of an environment', () => {
  it.each([
    ['nothing is taken', [], '192.168.60.0/24'],
    ['the first is taken', ['192.168.60.0/24'], '192.168.61.0/24'],
    ['a wide one is taken', ['192.168.48.0/20'], '192.168.64.0/24'],
    ['one machine of it is taken', ['192.168.60.9/32'], '192.168.61.0/24'],
    ['all of 192.168 is taken', ['192.168.0.0/16'], '10.60.0.0/24'],
    ['others are taken', ['172.17.0.0/16', '10.0.0.0/8'], '192.168.60.0/24'],
  ])('is the first that is free when %s', (_, ranges, expected) => {
    expect(chooseSubnet(taken(...ranges), undefined)).toBe(expected)
  })

  const far = (...ranges: string[]) => taken(...ranges).map((one) => ({ ...one, isBehindGateway: true }))
  const vpn = far('10.0.0.0/8', '192.168.0.0/16')

  it.each([
    ['one half is left', [...far('192.168.0.0/16')], '10.60.0.0/24'],
    ['nothing is left', vpn, '192.168.60.0/24'],
    ['a network takes the first', [...vpn, ...taken('192.168.60.0/24')], '192.168.61.0/24'],
    ['they lead to one machine as well', [...vpn, ...far('192.168.60.9/32')], '192.168.61.0/24'],
    ['they lead to a range of its size as well', [...vpn, ...far('192.168.60.0/24')], '192.168.61.0/24'],
  ])('is out of what gateways lead to where %s', (_, ranges, expected) => {
    expect(chooseSubnet(ranges, undefined)).toBe(expected)
  })

  it('is the wanted one also in the midst of what a gateway leads to', () => {
    expect(chooseSubnet(vpn, '192.168.70.0/24')).toBe('192.168.70.0/24')
    expect(() => chooseSubnet([...vpn, ...taken('192.168.70.9/32')], '192.168.70.0/24')).toThrow(
      /taken by network of 192\.168\.70\.9\/32/,
    )
  })

  it('is refused where networks and interfaces take all, whatever gateways lead to', () => {
    expect(() => chooseSubnet([...vpn, ...taken('10.0.0.0/8', '192.168.0.0/16')], undefined)).toThrow(
      /no subnet is free/,
    )
  })

  it('is the wanted one when that is free', () => {
    expect(chooseSubnet(taken('192.168.60.0/24'), '10.9.8.0/24')).toBe('10.9.8.0/24')
  })

  it.each([
    [
      'taken',
      '192.168.60.0/25',
      'conflict',
      /192\.168\.60\.0\/25 is taken by network of 192\.168\.60\.0\/24/,
    ],
    ['too small', '10.0.0.0/30', 'usage', /"10\.0\.0\.0\/30" is not a subnet/],
    ['no subnet', 'ten', 'usage', /"ten" is not a subnet/],
  ])('is refused when the wanted one is %s', (_, wanted, code, message) => {
    const choose = () => chooseSubnet(taken('192.168.60.0/24'), wanted)
    expect(choose).toThrow(expect.objectContaining({ code }))
    expect(choose).toThrow(message)
  })

  it('is refused when none is free', () => {
    expect(() => chooseSubnet(taken('0.0.0.0/0'), undefined)).toThrow(/no subnet is free/)
  })
})

describe('addresses of hosts', () => {
  const subnet = '192.168.60.0/24'
  const show = (map: ReadonlyMap<string, string>) => Object.fromEntries(map)

  it('are given in the order of the topology, after the gateway', () => {
    expect(show(assignAddresses(['web', 'app'], subnet, new Map()))).toEqual({
      web: '192.168.60.2',
      app: '192.168.60.3',
    })
  })

  it('stay with the hosts that have one, and new hosts get the lowest that nobody has', () => {
    const has = new Map([
      ['app', '192.168.60.2'],
      ['gone', '192.168.60.3'],
      ['bus', '192.168.60.5'],
    ])
    expect(show(assignAddresses(['new', 'app', 'bus', 'newer'], subnet, has))).toEqual({
      new: '192.168.60.4',
      app: '192.168.60.2',
      bus: '192.168.60.5',
      newer: '192.168.60.6',
    })
  })

  it('run out', () => {
    const hosts = Array.from({ length: 6 }, (_, i) => `h${i}`)
    expect(assignAddresses(hosts.slice(0, 5), '10.0.0.0/29', new Map()).get('h4')).toBe('10.0.0.6')
    expect(() => assignAddresses(hosts, '10.0.0.0/29', new Map())).toThrow(/6 hosts do not fit/)
  })
})

describe("Linux's table of routes", () => {
  const table = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
    'tun0\t003CA8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
    '',
  ].join('\n')

  it('tells what is taken, without the default route', () => {
    expect(parseRoutes(table).map(({ range, by }) => [showCidr(range), by])).toEqual([
      ['172.17.0.0/16', 'a route over docker0'],
      ['192.168.60.0/24', 'a route over tun0'],
    ])
  })

  it('tells what is behind a gateway, and takes the halves of all addresses for a default route', () => {
    const ofVpn = [
      table,
      'tun0\t00000000\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0',
      'tun0\t00000080\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0',
      'tun0\t0000000A\t0100080A\t0003\t0\t0\t0\t000000FF\t0\t0\t0',
    ].join('\n')
    expect(
      parseRoutes(ofVpn).map(({ range, isBehindGateway }) => [showCidr(range), isBehindGateway]),
    ).toEqual([
      ['172.17.0.0/16', false],
      ['192.168.60.0/24', false],
      ['10.0.0.0/8', true],
    ])
  })

  it('tells the way out', () => {
    expect([uplinkOf(table), uplinkOf('')]).toEqual(['eth0', undefined])
  })
})
