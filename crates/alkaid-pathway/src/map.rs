//! The network as something to be shown.

use crate::finding::{MapEdge, MapNode, NetworkMap};
use crate::network::{Evidence, edges_with, nodes};

/// The edges that take part, each with its source, and the nodes that have one.
pub fn map(evidence: Evidence) -> NetworkMap {
    NetworkMap {
        nodes: nodes()
            .iter()
            .enumerate()
            .filter(|(place, _)| {
                edges_with(evidence).any(|edge| edge.from == *place || edge.to == *place)
            })
            .map(|(_, node)| MapNode {
                name: node.name.to_owned(),
                kind: node.kind,
                arm: node.arm.to_owned(),
                describes: node.describes.to_owned(),
                cell: node.cell,
            })
            .collect(),
        edges: edges_with(evidence)
            .map(|edge| MapEdge {
                from: nodes()[edge.from].name.to_owned(),
                to: nodes()[edge.to].name.to_owned(),
                sign: edge.sign,
                role: edge.role.as_str().to_owned(),
                mechanism: edge.mechanism.to_owned(),
                source: edge.source.clone(),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_edge_has_its_source_and_every_node_its_own_cell() {
        let all = map(Evidence::All);
        assert!(all.edges.iter().all(|edge| !edge.source.source.is_empty()));
        let cells: BTreeSet<[u8; 2]> = all.nodes.iter().map(|node| node.cell).collect();
        assert_eq!(cells.len(), all.nodes.len());
        let usable = map(Evidence::Usable);
        assert!(usable.edges.iter().all(|edge| !edge.source.is_unverified()));
        assert!(usable.edges.len() < all.edges.len());
    }
}
