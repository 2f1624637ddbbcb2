"""The words that invented names and addresses are put together from."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _towns(text: str) -> tuple[tuple[str, str], ...]:
    towns = (town.split(maxsplit=1) for town in text.replace("\n", ",").split(",") if town.strip())
    return tuple((area, name.strip()) for area, name in towns)


FIRST_NAMES = _words("""
    Ada Aisha Alan Amara Amy Andrew Anita Arthur Beatriz Benedict Bethan Callum Carmen Chidi Clara Colin
    Daisy Darius Deborah Derek Edith Eleanor Emeka Erin Farah Fergus Fiona Frank Gemma Gordon Grace Hamza
    Hannah Harriet Hugo Imogen Ingrid Ivan Jasmine Jerome Joanna Kasia Keith Kofi Lena Leonard Lorna
    Magnus Marta Maurice Mina Naomi Nikhil Nora Oliver Oona Oscar Pavel Petra Priya Quentin Rafael Rhona
    Robin Rosa Samuel Seren Siân Stefan Sunil Tamsin Teresa Thomas Ursula Valerie Victor Wanda Wilfred
    Yusuf Zoë
""")
LAST_NAMES = _words("""
    Abara Ainsworth Akhtar Aldridge Amblecote Ashdown Atherley Bagshaw Banerjee Barraclough Beaumont
    Beckwith Bhatt Birtwistle Blakemore Bostock Bradshaw Bramhall Brockbank Burnside Cadwallader Calloway
    Carrow Cattermole Chaudhry Clitheroe Colclough Copplestone Cotterill Crabtree Cranfield Crowther
    Culpepper Dalby Danvers Delacroix Denholm Devereux Dickinson Dolan Drummond Dunmore Eastwood Eccles
    Ellsworth Endacott Entwistle Fairclough Farnham Fenwick Fitzalan Fothergill Frobisher Galbraith
    Garside Gatley Gillespie Goodacre Grimshaw Haddow Halliwell Hargreaves Haverford Heathcote Hebden
    Hollingworth Holroyd Ibbotson Igwe Inskip Ivory Jagger Jellicoe Jephson Kaminski Kapoor Kellaway
    Kershaw Killigrew Kowalczyk Lacey Langstaff Leadbetter Lightowler Lockyer Lovelace Macready Malhotra
    Marchbanks Mbeki Merriweather Middlemiss Mortlake Nagle Nettleship Nightingale Nuttall Oakeshott
    Okafor O'Neill Ormerod Osgood Padgett Pankhurst Partington Penhaligon Pickersgill Quayle Quigley
    Radcliffe Ramsbottom Rawlins Redmayne Rosewarne Rowntree Sandringham Satterthwaite Scargill Shackleton
    Sheringham Siddall Skelton Stanhope Sugden Tattersall Templeton Thackeray Threlfall Trelawney
    Tunnicliffe Uttley Vaizey Varley Wainwright Walmsley Wetherby Whitcombe Widdowson Winterbourne
    Wolstenholme Yardley Yaxley Zielinski
""")
HOUSES = _words("""
    Alder Anchor Ashgrove Aurora Beacon Birchwood Bluebell Bracken Bridgewater Brightwater Cedar Chestnut
    Cobalt Copperfield Corner Cressida Crown Delta Driftwood Eastgate Elmtree Ember Fairfield Falcon
    Fernhill Foxglove Gatehouse Glenmore Granite Greenway Halcyon Harbour Hawthorn Heron Hillcrest
    Hollybush Ironbridge Juniper Kestrel Kingfisher Lakeside Lantern Linden Longmeadow Mallard Maple
    Marlow Meridian Millstone Moorland Northfield Oakhurst Orchard Osprey Palmerston Pennine Pinnacle
    Quarry Quayside Ravenscroft Redwood Ridgeway Riverbank Rowan Saltmarsh Sandpiper Silverdale Skylark
    Southbank Sparrow Stonegate Sycamore Thistle Thornbury Tideway Tollgate Trident Upland Valley Viaduct
    Wayfarer Westbrook Wharf Whitestone Willow Windmill Woodland Wren Yellowstone Zephyr
""")
TRADES = (
    "Catering Supplies",
    "Components",
    "Electrical",
    "Fasteners",
    "Garden Centres",
    "Gift Company",
    "Hardware",
    "Hospitality",
    "Interiors",
    "Lighting",
    "Office Supplies",
    "Outfitters",
    "Packaging",
    "Plumbing",
    "Provisions",
    "Stationers",
    "Systems",
    "Technology",
    "Tools",
    "Trading",
)
STREETS = _words("""
    Abbey Acorn Albion Almond Aspen Barley Beech Blossom Canal Castle Chapel Church Clover Coppice Dale
    Fern Field Forge Fountain Garden Grange Grove Harvest Hazel Heather High Ivy Jubilee Lavender Lime
    Market Meadow Mill Minster Nursery Orchard Park Poplar Priory Quarry Rectory River Rose School Spring
    Station Summer Swan Tannery Union Vicarage Vine Walnut Water Well Windsor Winter Woodbine Yew York
""")
TOWNS = {
    "GB": _towns("""
        AB Aberdeen, BA Bath, BD Bradford, BN Brighton, BS Bristol, CB Cambridge, CF Cardiff,
        CH Chester, CV Coventry, DE Derby, DH Durham, EH Edinburgh, EX Exeter, GL Gloucester,
        GU Guildford, HG Harrogate, HX Halifax, IP Ipswich, KT Kingston, LE Leicester, LS Leeds,
        ME Maidstone, NE Newcastle, NG Nottingham, NR Norwich, OX Oxford, PE Peterborough, PL Plymouth,
        PR Preston, RG Reading, SA Swansea, SO Southampton, ST Stoke, SY Shrewsbury, TQ Torquay,
        TR Truro, WF Wakefield, WR Worcester, YO York
    """),
    "US": _towns("""
        018:MA Lowell, 029:RI Providence, 031:NH Manchester, 041:ME Portland, 054:VT Burlington,
        061:CT Hartford, 071:NJ Newark, 085:NJ Trenton, 104:NY Bronx, 122:NY Albany, 132:NY Syracuse,
        142:NY Buffalo, 146:NY Rochester, 152:PA Pittsburgh, 171:PA Harrisburg, 181:PA Allentown,
        185:PA Scranton, 191:PA Philadelphia, 198:DE Wilmington, 212:MD Baltimore, 232:VA Richmond,
        235:VA Norfolk, 253:WV Charleston, 276:NC Raleigh, 282:NC Charlotte, 292:SC Columbia,
        303:GA Atlanta, 322:FL Jacksonville, 372:TN Nashville, 402:KY Louisville, 432:OH Columbus,
        441:OH Cleveland, 452:OH Cincinnati, 462:IN Indianapolis, 482:MI Detroit, 532:WI Milwaukee,
        554:MN Minneapolis, 606:IL Chicago, 631:MO St. Louis, 752:TX Dallas
    """),
}
"""Per country: postcode areas (with the state where there is one) and towns."""
AREA_CODES = _words("""
    201 203 207 212 215 216 240 267 302 312 313 315 317 330 347 401 404 410 412 414 484 502 513 518 540
    551 585 603 612 614 615 617 631 704 716 757 802 803 904 919
""")
"""American telephone area codes; within each the numbers 555-0100 to 555-0199 are kept for fiction."""
