//! Filling pools of addresses.

use std::collections::HashSet;
use std::net::IpAddr;

use ipnet::IpNet;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use crate::scenario::AddressPool;

/// The addresses of all pools, each distinct within its own, shuffled together.
pub(super) fn draw(pools: &[AddressPool], stream: &mut ChaCha8Rng) -> Vec<IpAddr> {
    let mut addresses = vec![];
    for pool in pools {
        let mut seen = HashSet::new();
        while seen.len() < pool.count as usize {
            let address = draw_one(&pool.network, stream);
            if seen.insert(address) {
                addresses.push(address);
            }
        }
    }
    addresses.shuffle(stream);
    addresses
}

fn draw_one(network: &IpNet, stream: &mut ChaCha8Rng) -> IpAddr {
    match network {
        IpNet::V4(network) => {
            let host = stream.random::<u32>() & network.hostmask().to_bits();
            IpAddr::V4((network.network().to_bits() | host).into())
        }
        IpNet::V6(network) => {
            let host = stream.random::<u128>() & network.hostmask().to_bits();
            IpAddr::V6((network.network().to_bits() | host).into())
        }
    }
}
